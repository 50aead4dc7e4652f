import { createHash, createHmac, randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bus } from '../../infra/bus/bus.ts';
import { isId, newId } from '../../infra/id.ts';
import type { Queue } from '../../infra/queue/queue.ts';
import { Failure } from '../../schema/errors.ts';
import { SESSION_TRUTH_MS, type Actor, type Role, type Viewer } from '../../schema/viewer.ts';
import { actorOf, type Context } from '../framework/context.ts';
import { RefreshToken, Session } from './session.entity.ts';

const LIFETIME_MS = 30 * 24 * 3600 * 1000;

/** Time during which the newest token's parent gets the same successor again, because two tabs may race. */
const GRACE_MS = 10_000;

/** A session and its current refresh token. */
export interface OpenedSession {
  sessionId: string;
  userId: string;
  refreshToken: string;
}

export interface SessionTruth {
  id: string;
  userId: string;
  role: Role;
  active: boolean;
}

type Rotation = ({ kind: 'continued' } & OpenedSession) | { kind: 'reused'; sessionId: string } | { kind: 'refused'; reuse: boolean };

interface UsedToken {
  session_id: string;
  user_id: string;
  nonce: string;
  in_grace: boolean;
  revoked_for: string | null;
}

/**
 * Sessions and the rotation of their refresh tokens (RFC 9700 §4.14.2). A token's successor is an HMAC of the
 * token with a random nonce, so the same successor can be given twice although only hashes are stored.
 */
export class SessionService {
  readonly #bus: Bus;
  readonly #queue: Queue;
  readonly #now: () => Date;

  constructor(bus: Bus, queue: Queue, now: () => Date = () => new Date()) {
    this.#bus = bus;
    this.#queue = queue;
    this.#now = now;
  }

  /** Opens a session inside the caller's transaction. */
  async open(em: SqlEntityManager, userId: string): Promise<OpenedSession> {
    const now = this.#now();
    await em.nativeDelete(Session, { userId, expiresAt: { $lt: now } });
    const session = { id: newId(), userId, createdAt: now, expiresAt: after(now, LIFETIME_MS), revokedAt: null, revokedFor: null };
    await em.insert(Session, session);
    const refreshToken = randomBytes(32).toString('base64url');
    await this.#keep(em, session.id, refreshToken);
    return { sessionId: session.id, userId, refreshToken };
  }

  /** Consumes a refresh token. Throws `UNAUTHENTICATED` if it is unknown or ended, `SESSION_REUSED` if it was used before. */
  async refresh(context: Context, token: string): Promise<OpenedSession> {
    const rotation = await context.em.transactional((em) => this.#rotate(em, token, actorOf(context)));
    if (rotation.kind === 'continued') return rotation;
    if (rotation.kind === 'refused') throw new Failure(rotation.reuse ? 'SESSION_REUSED' : 'UNAUTHENTICATED');
    await this.#announceEnd([rotation.sessionId]);
    throw new Failure('SESSION_REUSED');
  }

  /** Ends the viewer's session. Returns false if it had already ended. */
  async signOut(context: Context, { userId, sessionId }: Viewer): Promise<boolean> {
    if (!sessionId) return false;
    const ended = await context.em.transactional(async (em) => {
      const changed = await this.#revoke(em, sessionId, 'SIGN_OUT');
      if (changed) await this.#queue.emit(em, 'session.signedOut', { userId }, actorOf(context));
      return changed;
    });
    await this.#announceEnd([sessionId]);
    return ended;
  }

  async truth(em: SqlEntityManager, id: string): Promise<SessionTruth | null> {
    if (!isId(id)) return null;
    const [row] = await em.execute<{ user_id: string; role: Role; active: boolean }[]>(
      `select s.user_id, u.role, s.revoked_at is null and s.expires_at > ? as active
       from users.session s join users."user" u on u.id = s.user_id where s.id = ?`,
      [this.#now(), id],
    );
    return row ? { id, userId: row.user_id, role: row.role, active: row.active } : null;
  }

  /**
   * Broadcasts the end of sessions after the commit. Once it resolves, no gateway accepts them: each has received the
   * broadcast, or reads the sessions again because its cache is too old. gateway/README.md has the proof.
   */
  async #announceEnd(sessionIds: string[]): Promise<void> {
    const isHeard = await this.#bus.publishConfirmed('session.revoked', 'all', { sessionIds });
    if (!isHeard) await pause(SESSION_TRUTH_MS);
  }

  async #rotate(em: SqlEntityManager, token: string, actor: Actor): Promise<Rotation> {
    const nonce = randomBytes(32).toString('base64url');
    // One statement decides, so that one of several concurrent requests finds the token unused.
    const [won] = await em.execute<{ session_id: string; user_id: string }[]>(
      `update users.refresh_token t set used_at = ?, nonce = ? from users.session s
       where t.hash = ? and t.used_at is null and t.expires_at > ? and s.id = t.session_id and s.revoked_at is null
       returning t.session_id, s.user_id`,
      [this.#now(), nonce, hashOf(token), this.#now()],
    );
    if (!won) return this.#again(em, token, actor);
    const refreshToken = successorOf(token, nonce);
    await this.#keep(em, won.session_id, refreshToken);
    await em.nativeDelete(RefreshToken, { sessionId: won.session_id, expiresAt: { $lt: this.#now() } });
    await em.nativeUpdate(Session, { id: won.session_id }, { expiresAt: after(this.#now(), LIFETIME_MS) });
    return this.#continued(em, { sessionId: won.session_id, userId: won.user_id, refreshToken }, actor);
  }

  /** Handles a token that cannot be consumed: used concurrently, unknown, ended, or reused. */
  async #again(em: SqlEntityManager, token: string, actor: Actor): Promise<Rotation> {
    const now = this.#now();
    const [used] = await em.execute<UsedToken[]>(
      `select t.session_id, s.user_id, t.nonce, s.revoked_for, t.used_at > ? as in_grace
       from users.refresh_token t join users.session s on s.id = t.session_id
       where t.hash = ? and t.used_at is not null and t.expires_at > ?`,
      [after(now, -GRACE_MS), hashOf(token), now],
    );
    if (!used) return { kind: 'refused', reuse: await this.#endedByReuse(em, token) };
    if (used.revoked_for) return { kind: 'refused', reuse: used.revoked_for === 'REUSE' };
    const refreshToken = successorOf(token, used.nonce);
    if (used.in_grace && (await this.#isUnused(em, refreshToken))) {
      return this.#continued(em, { sessionId: used.session_id, userId: used.user_id, refreshToken }, actor);
    }
    // One of two concurrent reuses ends the session; the other finds it ended.
    if (!(await this.#revoke(em, used.session_id, 'REUSE'))) return { kind: 'refused', reuse: true };
    await this.#queue.emit(em, 'session.reuseDetected', { userId: used.user_id }, actor);
    return { kind: 'reused', sessionId: used.session_id };
  }

  async #continued(em: SqlEntityManager, session: OpenedSession, actor: Actor): Promise<Rotation> {
    const { userId, sessionId } = session;
    await this.#queue.emit(em, 'session.refreshed', { userId }, { ...actor, userId, sessionId });
    return { kind: 'continued', ...session };
  }

  async #keep(em: SqlEntityManager, sessionId: string, token: string): Promise<void> {
    const expiresAt = after(this.#now(), LIFETIME_MS);
    await em.insert(RefreshToken, { hash: hashOf(token), sessionId, expiresAt, usedAt: null, nonce: null });
  }

  async #revoke(em: SqlEntityManager, id: string, revokedFor: 'SIGN_OUT' | 'REUSE'): Promise<boolean> {
    return (await em.nativeUpdate(Session, { id, revokedAt: null }, { revokedAt: this.#now(), revokedFor })) > 0;
  }

  async #isUnused(em: SqlEntityManager, token: string): Promise<boolean> {
    return (await em.count(RefreshToken, { hash: hashOf(token), usedAt: null })) > 0;
  }

  /** Finds the reason why the session ended, for the holder of its newest token, which was never used. */
  async #endedByReuse(em: SqlEntityManager, token: string): Promise<boolean> {
    const found = await em.findOne(RefreshToken, { hash: hashOf(token) });
    return found !== null && (await em.count(Session, { id: found.sessionId, revokedFor: 'REUSE' })) > 0;
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function successorOf(token: string, nonce: string): string {
  return createHmac('sha256', token).update(nonce).digest('base64url');
}

function after(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}
