import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../schema/errors.ts';
import type { Source, SourceRequest, SourceResult } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { RemoteEvents } from './remote-events.ts';
import { Replica } from './replica.ts';
import { TransportError } from './transport-error.ts';

export interface RemoteOptions {
  name: string;
  /** URLs of the replicas, used round-robin. */
  urls: readonly string[];
  identities: { sign(identity: Identity, subgraph: string): Promise<string> };
  /** After this time (ms), no replica is tried twice. */
  patienceMs?: number;
}

/** Delay before each attempt (ms): after the first failure, another replica is tried at once. */
const PAUSES_MS = [0, 0, 100, 300];
const PATIENCE_MS = 2_000;

/**
 * Calls a subgraph in other processes. A request that was certainly not executed is retried at another replica; one that may
 * have been executed is retried only if it is a query, because a repeated mutation could take effect twice.
 */
export class RemoteSource implements Source {
  readonly #options: RemoteOptions;
  readonly #replicas: Replica[];
  readonly #patienceMs: number;
  #turn = 0;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#replicas = options.urls.map((url) => new Replica(url));
  }

  async execute(request: SourceRequest, identity: Identity): Promise<SourceResult> {
    const isRepeatable = !request.query.trimStart().startsWith('mutation');
    let cause: unknown;
    for await (const replica of this.#attempts(this.#patienceMs)) {
      try {
        return await replica.execute(request, await this.#sign(identity));
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        cause = error;
        if (error.mayHaveExecuted && !isRepeatable) break;
      }
    }
    throw new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause });
  }

  async subscribe(request: SourceRequest, identity: Identity): Promise<AsyncIterableIterator<SourceResult>> {
    // Longer than a connection attempt takes.
    const steadyMs = this.#patienceMs * 2;
    return new RemoteEvents({
      attempts: () => this.#attempts(steadyMs),
      open: async (replica) => replica.subscribe(request, await this.#sign(identity)),
      steadyMs,
    });
  }

  /** Resolves if at least one replica is ready. */
  async ping(): Promise<void> {
    await Promise.any(this.#replicas.map((replica) => replica.ping()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.close()));
  }

  #sign(identity: Identity): Promise<string> {
    return this.#options.identities.sign(identity, this.#options.name);
  }

  /** Yields the replicas to try: round-robin, unhealthy ones last. */
  async *#attempts(patienceMs: number): AsyncGenerator<Replica> {
    const tried = new Set<Replica>();
    const deadline = performance.now() + patienceMs;
    for (const wait of PAUSES_MS) {
      if (performance.now() > deadline && tried.size === this.#replicas.length) return;
      if (wait > 0) await pause(wait);
      const replica = this.#next(tried);
      tried.add(replica);
      yield replica;
    }
  }

  #next(tried: ReadonlySet<Replica>): Replica {
    const { length } = this.#replicas;
    const first = this.#turn++ % length;
    const inTurn = [...this.#replicas.slice(first), ...this.#replicas.slice(0, first)];
    return (
      inTurn.find((replica) => replica.isHealthy && !tried.has(replica)) ??
      // An unhealthy replica may have recovered; one that has just failed has not.
      inTurn.find((replica) => !tried.has(replica)) ??
      inTurn.find((replica) => replica.isHealthy) ??
      inTurn[0]!
    );
  }
}
