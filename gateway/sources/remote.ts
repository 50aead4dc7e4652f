import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../schema/errors.ts';
import type { Source, SourceRequest, SourceResult } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { RemoteEvents } from './remote-events.ts';
import { Replica } from './replica.ts';
import { TransportError } from './transport-error.ts';

export interface RemoteOptions {
  name: string;
  /** Where its replicas are; requests go to them in turn. */
  urls: readonly string[];
  identities: { sign(identity: Identity, subgraph: string): Promise<string> };
  /** After this long no replica is asked a second time; milliseconds. */
  patienceMs?: number;
}

/** How long to wait before each attempt, in milliseconds: after one failure another replica is asked at once. */
const PAUSES_MS = [0, 0, 100, 300];
const PATIENCE_MS = 2_000;

/**
 * A subgraph in other processes. What a replica has surely not begun is asked of another; what it may have begun,
 * only when it is a query, because a mutation that is sent twice may happen twice.
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
    // Longer than a connection takes to be made or to fail.
    const steadyMs = this.#patienceMs * 2;
    return new RemoteEvents({
      attempts: () => this.#attempts(steadyMs),
      open: async (replica) => replica.subscribe(request, await this.#sign(identity)),
      steadyMs,
    });
  }

  /** Resolves while a replica says that it is ready. */
  async ping(): Promise<void> {
    await Promise.any(this.#replicas.map((replica) => replica.ping()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.close()));
  }

  #sign(identity: Identity): Promise<string> {
    return this.#options.identities.sign(identity, this.#options.name);
  }

  /** Replicas to ask, one after another: each in turn, those in trouble last. */
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
      inTurn.find((replica) => replica.isWell && !tried.has(replica)) ??
      // One that seems to be in trouble may be back; one that has just failed is not.
      inTurn.find((replica) => !tried.has(replica)) ??
      inTurn.find((replica) => replica.isWell) ??
      inTurn[0]!
    );
  }
}
