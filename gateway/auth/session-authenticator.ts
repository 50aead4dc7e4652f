import { LRUCache } from 'lru-cache';
import type { Bus, Epoch } from '../../infra/bus/bus.ts';
import { newId } from '../../infra/id.ts';
import { Failure } from '../../schema/errors.ts';
import type { Source } from '../../schema/source.ts';
import { SESSION_TRUTH_MS, type Role, type Viewer } from '../../schema/viewer.ts';

/** A user with a valid token and an active session. */
export interface AuthenticatedSession {
  viewer: Viewer & { sessionId: string };
  /** Expiry of the token. */
  expiresAt: Date;
}

/** Verifies access tokens; throws `TOKEN_EXPIRED` or `UNAUTHENTICATED`. */
export interface TokenReader {
  verifyAccessToken(token: string): Promise<VerifiedToken>;
}

interface VerifiedToken {
  userId: string;
  sessionId: string;
  expiresAt: Date;
}

interface Session {
  userId: string;
  role: Role;
}

/** A cached session, with the state of the bus before it was loaded. */
interface CachedSession {
  readAt: number;
  epoch: Epoch;
  session: Promise<Session | null>;
}

const MAX_SESSIONS = 10_000;
const SESSION_QUERY = 'query Session($id: ID!) { session(id: $id) { id active userId role } }';

/**
 * Authenticates access tokens. The token names a session; the users subgraph returns its state and role. The result is
 * cached for two seconds, and used only if the bus confirms at each use that no revocation was missed since; otherwise
 * the session is loaded again. If it cannot be loaded, the request is rejected.
 */
export class SessionAuthenticator {
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: MAX_SESSIONS });
  readonly #sessions = new LRUCache<string, CachedSession>({ max: MAX_SESSIONS });
  readonly #revoked = new LRUCache<string, true>({ max: MAX_SESSIONS });
  readonly #revocationListeners = new Set<(sessionIds: readonly string[]) => void>();
  readonly #staleListeners = new Set<() => void>();
  #stops: (() => unknown)[] = [];
  #staleTimer: NodeJS.Timeout | undefined;

  readonly #tokens: TokenReader;
  readonly #users: () => Source;
  readonly #bus: Bus;

  constructor(tokens: TokenReader, users: () => Source, bus: Bus) {
    this.#tokens = tokens;
    this.#users = users;
    this.#bus = bus;
  }

  async open(): Promise<void> {
    this.#stops = [
      await this.#bus.subscribe('session.revoked', 'all', ({ sessionIds }) => this.#revoke(sessionIds)),
      this.#bus.onReliabilityChange((isReliable) => this.#notifyStale(isReliable)),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) await stop();
    clearInterval(this.#staleTimer);
    this.#revocationListeners.clear();
    this.#staleListeners.clear();
  }

  /** Throws `UNAUTHENTICATED`, `TOKEN_EXPIRED` or `DEPENDENCY_UNAVAILABLE`. */
  async authenticate(token: string): Promise<AuthenticatedSession> {
    const { userId, sessionId, expiresAt } = await this.#verify(token);
    const session = await this.loadSession(sessionId);
    if (!session || session.userId !== userId) throw new Failure('UNAUTHENTICATED');
    return { viewer: { userId, sessionId, role: session.role }, expiresAt };
  }

  /** Returns null for a session that has ended or does not exist. */
  async loadSession(sessionId: string): Promise<Session | null> {
    const cached = this.#sessions.get(sessionId);
    const isFresh = cached !== undefined && performance.now() - cached.readAt < SESSION_TRUTH_MS;
    const session = await (isFresh && (await cached.epoch.isContinuous()) ? cached.session : this.#load(sessionId));
    // The revocation may have arrived while the session was loading.
    return this.#revoked.has(sessionId) ? null : session;
  }

  /** Notifies of revoked sessions. Returns an unsubscribe function. */
  onRevoked(listener: (sessionIds: readonly string[]) => void): () => void {
    this.#revocationListeners.add(listener);
    return () => this.#revocationListeners.delete(listener);
  }

  /**
   * Notifies when revocations may have been missed, every two seconds while delivery is unreliable, and once more when it
   * is reliable again. Returns an unsubscribe function.
   */
  onStale(listener: () => void): () => void {
    this.#staleListeners.add(listener);
    return () => this.#staleListeners.delete(listener);
  }

  /** Caches verified signatures; only the expiry is checked again. */
  async #verify(token: string): Promise<VerifiedToken> {
    const cached = this.#verified.get(token);
    if (cached && cached.expiresAt.getTime() > Date.now()) return cached;
    const verified = await this.#tokens.verifyAccessToken(token);
    this.#verified.set(token, verified);
    return verified;
  }

  #load(sessionId: string): Promise<Session | null> {
    // Captured before the read starts, so that the cached session is never older than they claim.
    const [readAt, epoch] = [performance.now(), this.#bus.currentEpoch()];
    const session = this.#query(sessionId);
    const cached = { readAt, epoch, session };
    this.#sessions.set(sessionId, cached);
    session.catch(() => this.#sessions.get(sessionId) === cached && this.#sessions.delete(sessionId));
    return session;
  }

  async #query(sessionId: string): Promise<Session | null> {
    const identity = { viewer: null, requestId: newId(), system: true };
    const { data, errors } = await this.#users().execute({ query: SESSION_QUERY, variables: { id: sessionId } }, identity);
    if (errors?.length || !data) throw new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: errors });
    const session = data['session'] as (Session & { active: boolean }) | null;
    return session?.active ? { userId: session.userId, role: session.role } : null;
  }

  #revoke(sessionIds: readonly string[]): void {
    for (const id of sessionIds) {
      this.#sessions.delete(id);
      // Rejects results of reads that started before the session ended.
      this.#revoked.set(id, true);
    }
    for (const listener of this.#revocationListeners) listener(sessionIds);
  }

  #notifyStale(isReliable: boolean): void {
    const notify = () => this.#staleListeners.forEach((listener) => listener());
    clearInterval(this.#staleTimer);
    if (!isReliable) this.#staleTimer = setInterval(notify, SESSION_TRUTH_MS);
    notify();
  }
}
