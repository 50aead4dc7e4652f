import type { Bus, Epoch } from '../../infra/bus/bus.ts';
import { newId } from '../../infra/id.ts';
import { Failure } from '../../schema/errors.ts';
import type { Source } from '../../schema/source.ts';
import { SESSION_TRUTH_MS, type Role, type Viewer } from '../../schema/viewer.ts';
import { Recent } from './recent.ts';

/** A person whose token is good and whose session stands. */
export interface AuthenticatedSession {
  viewer: Viewer & { sessionId: string };
  /** When the token ends. */
  expiresAt: Date;
}

/** Reads access tokens; throws `TOKEN_EXPIRED` or `UNAUTHENTICATED`. */
export interface TokenReader {
  verifyAccessToken(token: string): Promise<Proof>;
}

interface Proof {
  userId: string;
  sessionId: string;
  expiresAt: Date;
}

interface SessionTruth {
  userId: string;
  role: Role;
}

/** What was read about a session, and how well its revocation would have been heard since. */
interface Known {
  readAt: number;
  epoch: Epoch;
  truth: Promise<SessionTruth | null>;
}

const SESSIONS_KEPT = 10_000;
const SESSION_QUERY = 'query Session($id: ID!) { session(id: $id) { id active userId role } }';

/**
 * Knows who asks. The token says which session; whether it stands and what its person may do is asked from the
 * users subgraph. The answer is believed for two seconds, as long as the bus proves at each use that no revocation
 * was missed since; else the truth is read anew. Where it cannot be read nobody is let in.
 */
export class SessionAuthenticator {
  readonly #proofs = new Recent<string, Proof>(SESSIONS_KEPT);
  readonly #known = new Recent<string, Known>(SESSIONS_KEPT);
  readonly #revoked = new Recent<string, true>(SESSIONS_KEPT);
  readonly #revocationListeners = new Set<(sessionIds: readonly string[]) => void>();
  readonly #doubtListeners = new Set<() => void>();
  #stops: (() => unknown)[] = [];
  #deafness: NodeJS.Timeout | undefined;

  constructor(
    private readonly tokens: TokenReader,
    private readonly users: () => Source,
    private readonly bus: Bus,
  ) {}

  async open(): Promise<void> {
    this.#stops = [
      await this.bus.subscribe('session.revoked', 'all', ({ sessionIds }) => this.#forget(sessionIds)),
      this.bus.onReliabilityChange((isReliable) => this.#doubt(isReliable)),
    ];
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) await stop();
    clearInterval(this.#deafness);
    this.#revocationListeners.clear();
    this.#doubtListeners.clear();
  }

  /** Throws `UNAUTHENTICATED`, `TOKEN_EXPIRED` or `DEPENDENCY_UNAVAILABLE`. */
  async authenticate(token: string): Promise<AuthenticatedSession> {
    const { userId, sessionId, expiresAt } = await this.#authenticate(token);
    const truth = await this.truthOf(sessionId);
    if (!truth || truth.userId !== userId) throw new Failure('UNAUTHENTICATED');
    return { viewer: { userId, sessionId, role: truth.role }, expiresAt };
  }

  /** Null for a session that has ended, or never was. */
  async truthOf(sessionId: string): Promise<SessionTruth | null> {
    const known = this.#known.get(sessionId);
    const isYoung = known !== undefined && performance.now() - known.readAt < SESSION_TRUTH_MS;
    const truth = await (isYoung && (await known.epoch.isContinuous()) ? known.truth : this.#learn(sessionId));
    // The end may have been told while the answer was under way.
    return this.#revoked.has(sessionId) ? null : truth;
  }

  /** Calls back with sessions the moment their end is told. The result ends it. */
  onRevoked(listener: (sessionIds: readonly string[]) => void): () => void {
    this.#revocationListeners.add(listener);
    return () => this.#revocationListeners.delete(listener);
  }

  /** Calls back when the end of a session may have been missed, every two seconds while it may be. The result ends it. */
  onDoubt(listener: () => void): () => void {
    this.#doubtListeners.add(listener);
    return () => this.#doubtListeners.delete(listener);
  }

  /** A signature is as good the second time; only the time has to be looked at again. */
  async #authenticate(token: string): Promise<Proof> {
    const known = this.#proofs.get(token);
    if (known && known.expiresAt.getTime() > Date.now()) return known;
    const proof = await this.tokens.verifyAccessToken(token);
    this.#proofs.set(token, proof);
    return proof;
  }

  #learn(sessionId: string): Promise<SessionTruth | null> {
    // First these two, then the reading: what they allow to believe must not be older than they say.
    const [readAt, epoch] = [performance.now(), this.bus.currentEpoch()];
    const truth = this.#read(sessionId);
    const known = { readAt, epoch, truth };
    this.#known.set(sessionId, known);
    truth.catch(() => this.#known.get(sessionId) === known && this.#known.delete(sessionId));
    return truth;
  }

  async #read(sessionId: string): Promise<SessionTruth | null> {
    const identity = { viewer: null, requestId: newId(), system: true };
    const { data, errors } = await this.users().execute({ query: SESSION_QUERY, variables: { id: sessionId } }, identity);
    if (errors?.length || !data) throw new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: errors });
    const session = data['session'] as (SessionTruth & { active: boolean }) | null;
    return session?.active ? { userId: session.userId, role: session.role } : null;
  }

  #forget(sessionIds: readonly string[]): void {
    for (const id of sessionIds) {
      this.#known.delete(id);
      // An answer that was under way when the session ended must not let it live on.
      this.#revoked.set(id, true);
    }
    for (const listener of this.#revocationListeners) listener(sessionIds);
  }

  #doubt(isHeard: boolean): void {
    const tell = () => this.#doubtListeners.forEach((listener) => listener());
    clearInterval(this.#deafness);
    if (!isHeard) this.#deafness = setInterval(tell, SESSION_TRUTH_MS);
    tell();
  }
}
