import { PullStream, type Step } from '../../infra/async/iterators.ts';
import { Failure } from '../../schema/errors.ts';
import type { SourceResult } from '../../schema/source.ts';
import type { Replica } from './replica.ts';
import { TransportError } from './transport-error.ts';

type Events = AsyncIterableIterator<SourceResult>;

export interface RemoteEventsOptions {
  /** Starts a new series of replicas to try. */
  attempts(): AsyncIterator<Replica>;
  open(replica: Replica): Promise<Events>;
  /** A connection that lasted longer had been accepted, so its loss starts a new series of attempts. */
  steadyMs: number;
}

/**
 * A subscription at any replica. Before its first event it can be restarted at another replica transparently; later, a lost
 * connection throws `DEPENDENCY_UNAVAILABLE`, and the reader resumes from its cursor.
 */
export class RemoteEvents extends PullStream<SourceResult> {
  readonly #options: RemoteEventsOptions;
  #attempts: AsyncIterator<Replica>;
  #events: Events | undefined;
  #openedAt = 0;
  #isUnread = true;
  #lost: unknown;

  constructor(options: RemoteEventsOptions) {
    super();
    this.#options = options;
    this.#attempts = options.attempts();
    this.onEnd(() => this.#events?.return?.());
  }

  protected override async pull(signal: AbortSignal): Promise<Step<SourceResult>> {
    while (!signal.aborted) {
      this.#events ??= await this.#begin(signal);
      try {
        const { done, value } = await this.#events.next();
        this.#isUnread = false;
        return done ? undefined : { value };
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        this.#lost = error;
        if (!this.#isUnread) throw unavailable(error);
        this.#events = undefined;
        if (performance.now() - this.#openedAt > this.#options.steadyMs) this.#attempts = this.#options.attempts();
      }
    }
    return undefined;
  }

  async #begin(signal: AbortSignal): Promise<Events> {
    const { done, value: replica } = await this.#attempts.next();
    if (done) throw unavailable(this.#lost);
    const events = await this.#options.open(replica);
    this.#openedAt = performance.now();
    if (signal.aborted) await events.return?.();
    return events;
  }
}

function unavailable(cause: unknown): Failure {
  return new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause });
}
