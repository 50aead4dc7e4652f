import type { SqlEntityManager } from '@mikro-orm/sql';
import { isId, newId } from '../../infra/id.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { Failure } from '../../schema/errors.ts';
import type { Role, Viewer } from '../../schema/viewer.ts';
import { actorOf, type Context } from '../framework/context.ts';
import { may } from '../framework/policy.ts';
import { hasFounder, type Admission } from './admission.ts';
import { emailKey, requireEmail } from './email.ts';
import { requireUnguessable } from './password-strength.ts';
import { requirePassword, type Passwords } from './password.ts';
import type { OpenedSession, SessionService } from './session.service.ts';
import type { SignInInput, SignUpInput } from './session.type.ts';
import type { SignInGuard } from './sign-in-guard.ts';
import { User } from './user.entity.ts';
import { userLoader } from './user.loader.ts';

export interface SignedIn {
  session: OpenedSession;
  user: User;
}

/** Creates accounts and signs people in. */
export class UserService {
  readonly #admission: Admission;
  readonly #guard: SignInGuard;
  readonly #passwords: Passwords;
  readonly #queue: Queue;
  readonly #sessions: SessionService;

  constructor(parts: { admission: Admission; guard: SignInGuard; passwords: Passwords; queue: Queue; sessions: SessionService }) {
    this.#admission = parts.admission;
    this.#guard = parts.guard;
    this.#passwords = parts.passwords;
    this.#queue = parts.queue;
    this.#sessions = parts.sessions;
  }

  /**
   * Creates an account; the first one becomes ADMIN. Throws `BAD_USER_INPUT` and `PASSWORD_TOO_WEAK` with the field,
   * `EMAIL_TAKEN`, `SIGN_UP_CLOSED` or `INVITATION_INVALID`.
   */
  async signUp(context: Context, input: SignUpInput): Promise<SignedIn> {
    const email = requireEmail(input.email);
    const name = requireName(input.name);
    requirePassword(input.password);
    if (await hasFounder(context.em)) this.#admission.requireOpen(email, Boolean(input.invitation));
    requireUnguessable(input.password, [name, email]);
    const passwordHash = await this.#passwords.hash(input.password);
    const fresh = { id: newId(), email, emailKey: emailKey(email), name, passwordHash, createdAt: new Date() };
    return context.em.transactional(async (em) => {
      const user: User = { ...fresh, role: await this.#roleOf(em, fresh, input.invitation) };
      if (!(await insertUser(em, user))) throw new Failure('EMAIL_TAKEN', { field: 'email' });
      const session = await this.#sessions.open(em, user.id);
      const actor = { ...actorOf(context), userId: user.id, sessionId: session.sessionId };
      await this.#queue.emit(em, 'user.signedUp', { userId: user.id, role: user.role }, actor);
      return { session, user };
    });
  }

  /** Signs in. An unknown account and a wrong password fail alike, in text and in time; both are delayed after too many attempts. */
  async signIn(context: Context, input: SignInInput): Promise<SignedIn> {
    const user = await context.em.findOne(User, { emailKey: emailKey(input.email) });
    const { ip } = context.identity;
    const account = await this.#guard.accountOf(context.em, input.email, ip, user?.id);
    const attempts = await this.#guard.countAttempt(context.em, account);
    if (!(await this.#passwords.matches(user?.passwordHash, input.password)) || !user) return this.#refuse(context, user, attempts);
    const session = await context.em.transactional(async (em) => {
      await this.#guard.succeeded(em, account, user.id, ip);
      const opened = await this.#sessions.open(em, user.id);
      const actor = { ...actorOf(context), userId: user.id, sessionId: opened.sessionId };
      await this.#queue.emit(em, 'user.signedIn', { userId: user.id }, actor);
      return opened;
    });
    return { session, user };
  }

  /** Loads a person whom the viewer may see: oneself, or anyone for an administrator. */
  async visible(context: Context, viewer: Viewer, id: string): Promise<User> {
    const allowed = isId(id) && (id === viewer.userId || may(viewer, 'users.read'));
    const user = allowed ? await userLoader(context).load(id) : null;
    if (!user) throw new Failure('NOT_FOUND', { kind: 'User' });
    return user;
  }

  async #refuse(context: Context, user: User | null, attempts: number): Promise<never> {
    await context.em.transactional(async (em) => {
      await this.#queue.emit(em, 'user.signInFailed', { userId: user?.id ?? null }, actorOf(context));
      if (user && this.#guard.isNoteworthy(attempts)) {
        await this.#queue.emit(em, 'user.signInsSlowed', { userId: user.id, attempts }, actorOf(context));
      }
    });
    throw new Failure('INVALID_CREDENTIALS');
  }

  /** Checks the permission of sign-ups that lose the race to be the first. */
  async #roleOf(em: SqlEntityManager, { id, email }: { id: string; email: string }, invitation?: string | null): Promise<Role> {
    if (await isFounder(em, id)) return 'ADMIN';
    this.#admission.requireOpen(email, Boolean(invitation));
    return invitation ? this.#admission.useInvitation(em, invitation, email) : 'USER';
  }
}

/**
 * Returns true for one account in the life of the database. Concurrent sign-ups wait at the key until the first has
 * committed, or replace it if it rolls back.
 */
async function isFounder(em: SqlEntityManager, userId: string): Promise<boolean> {
  const won = await em.execute<unknown[]>('insert into users.founder (user_id) values (?) on conflict do nothing returning user_id', [
    userId,
  ]);
  return won.length > 0;
}

/** Inserts the account. Returns false if the address has one. */
async function insertUser(em: SqlEntityManager, user: User): Promise<boolean> {
  const made = await em.execute<unknown[]>(
    `insert into users."user" (id, email, email_key, name, role, password_hash, created_at)
     values (?, ?, ?, ?, ?, ?, ?) on conflict (email_key) do nothing returning id`,
    [user.id, user.email, user.emailKey, user.name, user.role, user.passwordHash, user.createdAt],
  );
  return made.length > 0;
}

function requireName(text: string): string {
  const name = text.trim().normalize('NFC');
  const length = [...name].length;
  if (length < 1 || length > 100) throw new Failure('BAD_USER_INPUT', { reason: 'The name needs 1 to 100 characters.', field: 'name' });
  if (/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(name)) {
    throw new Failure('BAD_USER_INPUT', { reason: 'The name has characters that cannot be shown.', field: 'name' });
  }
  return name;
}
