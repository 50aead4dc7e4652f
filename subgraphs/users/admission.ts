import { createHash, randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { newId } from '../../infra/id.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { Failure } from '../../schema/errors.ts';
import type { Role } from '../../schema/viewer.ts';
import { actorOf, viewerOf, type Context } from '../framework/context.ts';
import { requirePermission } from '../framework/policy.ts';
import { emailKey, requireEmail } from './email.ts';

/** The sign-up policy: open, by invitation, or closed. `domains` are the e-mail domains that need no invitation. */
export interface SignUpPolicy {
  mode: 'open' | 'invited' | 'closed';
  domains: readonly string[];
}

/** Permission to create one account. `token` is returned only on creation; the database stores its hash. */
export interface Invitation {
  id: string;
  email: string;
  role: Role;
  expiresAt: Date;
  token: string;
}

const LIFETIME_MS = 7 * 24 * 3600 * 1000;

/** Decides who may create an account. The first account of an installation needs no permission. */
export class Admission {
  readonly #policy: SignUpPolicy;
  readonly #queue: Queue;

  constructor(policy: SignUpPolicy, queue: Queue) {
    this.#policy = policy;
    this.#queue = queue;
  }

  get policy(): SignUpPolicy {
    return this.#policy;
  }

  /** Throws `SIGN_UP_CLOSED` for an address that may not sign up. An invitation is checked when it is used. */
  requireOpen(email: string, hasInvitation: boolean): void {
    if (hasInvitation && this.#policy.mode !== 'closed') return;
    if (this.#policy.mode === 'closed') throw new Failure('SIGN_UP_CLOSED');
    if (this.#policy.mode === 'invited') {
      throw new Failure('SIGN_UP_CLOSED', { reason: 'An account needs an invitation. Ask an administrator for one.' });
    }
    const domain = emailKey(email).split('@').at(-1) ?? '';
    if (this.#policy.domains.length > 0 && !this.#policy.domains.includes(domain)) {
      throw new Failure('SIGN_UP_CLOSED', {
        reason: `Accounts are for addresses at ${this.#policy.domains.join(', ')}. Ask an administrator for an invitation.`,
        field: 'email',
      });
    }
  }

  /** Consumes an invitation in the transaction that creates the account, and returns its role. */
  async useInvitation(em: SqlEntityManager, token: string, email: string): Promise<Role> {
    const now = new Date();
    const [used] = await em.execute<{ role: Role }[]>(
      `update users.invitation set used_at = ? where token_hash = ? and email_key = ? and used_at is null and expires_at > ? returning role`,
      [now, hashOf(token), emailKey(email), now],
    );
    if (!used) throw new Failure('INVITATION_INVALID');
    return used.role;
  }

  /** Creates an invitation for one address, valid for a week. Administrators only. */
  async invite(context: Context, input: { email: string; role: Role }): Promise<Invitation> {
    const viewer = viewerOf(context);
    requirePermission(viewer, 'users.invite');
    const email = requireEmail(input.email);
    if (this.#policy.mode === 'closed') {
      throw new Failure('SIGN_UP_CLOSED', { reason: 'Sign-up is closed by the setting SIGN_UP. Set it to "invited" to invite people.' });
    }
    const now = new Date();
    const token = randomBytes(32).toString('base64url');
    const invitation = { id: newId(), email, role: input.role, expiresAt: new Date(now.getTime() + LIFETIME_MS), token };
    return context.em.transactional(async (em) => {
      const taken = await em.execute<unknown[]>('select 1 from users."user" where email_key = ?', [emailKey(email)]);
      if (taken.length > 0) throw new Failure('EMAIL_TAKEN', { reason: 'This person has an account already.', field: 'email' });
      await em.execute(
        `insert into users.invitation (id, token_hash, email, email_key, role, invited_by, created_at, expires_at)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
        [invitation.id, hashOf(token), email, emailKey(email), input.role, viewer.userId, now, invitation.expiresAt],
      );
      await this.#queue.emit(em, 'user.invited', { invitationId: invitation.id, role: input.role }, actorOf(context));
      return invitation;
    });
  }
}

/** Returns true if any account exists. */
export async function hasFounder(em: SqlEntityManager): Promise<boolean> {
  const rows = await em.execute<unknown[]>('select 1 from users.founder');
  return rows.length > 0;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
