import type { SourceResult } from '../../schema/source.ts';
import type { GraphResult } from './request.ts';

const DONE: IteratorResult<GraphResult> = { done: true, value: undefined };

interface Answers {
  /** Completes an event of the owning subgraph. */
  event(event: SourceResult, signal: AbortSignal): Promise<GraphResult>;
  /** Makes the last event of a stream that fails. */
  failed(error: unknown): GraphResult;
}

/**
 * The events of a subscription, completed in order and only as fast as they are read. Not an async generator: its `return()`
 * would wait for a pending `next()`, and a subgraph may send nothing for hours.
 */
export class EventStream implements AsyncIterableIterator<GraphResult> {
  readonly #events: AsyncIterator<SourceResult>;
  readonly #answers: Answers;
  readonly #left = new AbortController();
  readonly #waiting = new Set<() => void>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(events: AsyncIterator<SourceResult>, answers: Answers) {
    this.#events = events;
    this.#answers = answers;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<GraphResult>> {
    return new Promise((resolve, reject) => {
      const leave = () => resolve(DONE);
      this.#waiting.add(leave);
      // Serialized, so that concurrent calls of `next()` get the events in order.
      this.#turn = this.#turn
        .then(() => this.#advance())
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(leave));
    });
  }

  /** Resolves pending calls of `next()` at once and ends the source without waiting for it. */
  async return(): Promise<IteratorResult<GraphResult>> {
    if (this.#left.signal.aborted) return DONE;
    this.#left.abort();
    for (const leave of this.#waiting) leave();
    this.#endSource();
    return DONE;
  }

  async #advance(): Promise<IteratorResult<GraphResult>> {
    const { signal } = this.#left;
    if (signal.aborted) return DONE;
    try {
      const { done, value } = await this.#events.next();
      if (done || signal.aborted) {
        this.#left.abort();
        return DONE;
      }
      return { done: false, value: await this.#answers.event(value, signal) };
    } catch (error) {
      if (signal.aborted) return DONE;
      this.#left.abort();
      this.#endSource();
      return { done: false, value: this.#answers.failed(error) };
    }
  }

  #endSource(): void {
    // Errors are ignored, because the reader has left.
    Promise.resolve(this.#events.return?.()).catch(() => {});
  }
}
