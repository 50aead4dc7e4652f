import type { Bus } from '../../infra/bus/bus.ts';
import { newId } from '../../infra/id.ts';
import { Failure } from '../../schema/errors.ts';
import type { Source } from '../../schema/source.ts';
import type { Role, Viewer } from '../../schema/viewer.ts';
import { Recent } from './recent.ts';

/** A person whose token is good and whose session stands. */
export interface Recognised {
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

const FRESH_MS = 2_000;
const SESSIONS_KEPT = 10_000;
const SESSION_QUERY = 'query Session($id: ID!) { session(id: $id) { id active userId role } }';

/**
 * Knows who asks. The token says which session; whether it stands and what its person may do is asked from the
 * users subgraph, at most once in two seconds for each session, and anew at once after a revocation. Where the
 * truth cannot be read nobody is let in.
 */
export class Viewers {
  readonly #proofs = new Recent<string, Proof>(SESSIONS_KEPT);
  readonly #truths = new Recent<string, { at: number; truth: Promise<SessionTruth | null> }>(SESSIONS_KEPT);
  readonly #revoked = new Recent<string, true>(SESSIONS_KEPT);
  readonly #listeners = new Set<(sessionIds: readonly string[]) => void>();
  #stop: (() => Promise<void>) | undefined;

  constructor(
    private readonly tokens: TokenReader,
    private readonly users: () => Source,
    private readonly bus: Bus,
  ) {}

  async open(): Promise<void> {
    this.#stop = await this.bus.listen('session.revoked', 'all', ({ sessionIds }) => this.#forget(sessionIds));
  }

  async close(): Promise<void> {
    await this.#stop?.();
    this.#listeners.clear();
  }

  /** Throws `UNAUTHENTICATED`, `TOKEN_EXPIRED` or `DEPENDENCY_UNAVAILABLE`. */
  async recognise(token: string): Promise<Recognised> {
    const { userId, sessionId, expiresAt } = await this.#prove(token);
    const truth = await this.truthOf(sessionId);
    if (!truth || truth.userId !== userId) throw new Failure('UNAUTHENTICATED');
    return { viewer: { userId, sessionId, role: truth.role }, expiresAt };
  }

  /** Null for a session that has ended, or never was. */
  async truthOf(sessionId: string): Promise<SessionTruth | null> {
    if (this.#revoked.has(sessionId)) return null;
    const known = this.#truths.get(sessionId);
    if (known && Date.now() - known.at < FRESH_MS) return known.truth;
    const truth = this.#read(sessionId);
    this.#truths.set(sessionId, { at: Date.now(), truth });
    truth.catch(() => this.#truths.delete(sessionId));
    return truth;
  }

  /** Calls back with sessions the moment their end is told. The result ends it. */
  onRevoked(listener: (sessionIds: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A signature is as good the second time; only the time has to be looked at again. */
  async #prove(token: string): Promise<Proof> {
    const known = this.#proofs.get(token);
    if (known && known.expiresAt.getTime() > Date.now()) return known;
    const proof = await this.tokens.verifyAccessToken(token);
    this.#proofs.set(token, proof);
    return proof;
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
      this.#truths.delete(id);
      // An answer that was under way when the session ended must not let it live on.
      this.#revoked.set(id, true);
    }
    for (const listener of this.#listeners) listener(sessionIds);
  }
}
