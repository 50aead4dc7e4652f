import type { SourceResult } from '../../schema/source.ts';
import type { GraphResult } from './request.ts';

const DONE: IteratorResult<GraphResult> = { done: true, value: undefined };

interface Answers {
  /** What the client sees of an event of the owner. */
  event(event: SourceResult, signal: AbortSignal): Promise<GraphResult>;
  /** The last thing that the client sees when the owner's stream breaks. */
  breakage(error: unknown): GraphResult;
}

/**
 * The events of a subscription, one after another and only as fast as they are read. Not an async generator: the
 * `return()` of those waits for the event that is being waited for, and a subgraph may be silent for hours.
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
      // In turn, so that a reader who asks ahead still gets the events in their order.
      this.#turn = this.#turn
        .then(() => this.#advance())
        .then(resolve, reject)
        .finally(() => this.#waiting.delete(leave));
    });
  }

  /** Whoever waits for an event learns at once that there is none; the owner hears of it, but nobody waits for it. */
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
      return { done: false, value: this.#answers.breakage(error) };
    }
  }

  #endSource(): void {
    // Its reader has gone: a failure to end has nobody left to be told.
    Promise.resolve(this.#events.return?.()).catch(() => {});
  }
}
