import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Failure } from '../../schema/errors.ts';
import type { Answer } from '../pipeline/pipeline.ts';

const MAX_BUFFERED_BYTES = 256 * 1024;
const MAX_STALLED_MS = 30_000;

/**
 * The events of one server-sent event stream. Pulls only as fast as the client reads; `end` closes it from outside when the
 * session ends or the process stops.
 */
export class EventFeed implements AsyncIterableIterator<Answer> {
  #last: Answer | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(
    private readonly events: AsyncIterableIterator<Answer>,
    private readonly response: ServerResponse,
    private readonly hooks: { explain(failure: Failure): Answer; over(): void },
  ) {}

  /** Ends the stream with a last event that states the reason. */
  end(why: Failure): void {
    if (this.#isOver || this.#last) return;
    this.#last = this.hooks.explain(why);
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<Answer>> {
    await this.#drained();
    if (this.#isOver) return { done: true, value: undefined };
    const step = this.#last ? undefined : await Promise.race([this.events.next(), this.#ended()]);
    if (step && !step.done && !this.#last) return step;
    const last = this.#last;
    await this.return();
    return last ? { done: false, value: last } : { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Answer>> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.hooks.over();
      this.#wake?.();
      await this.events.return?.();
    }
    return { done: true, value: undefined };
  }

  async throw(): Promise<IteratorResult<Answer>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #ended(): Promise<undefined> {
    return new Promise((resolve) => (this.#wake = () => resolve(undefined)));
  }

  async #drained(): Promise<void> {
    if (this.response.writableLength < MAX_BUFFERED_BYTES || this.response.destroyed) return;
    const stalled = setTimeout(() => this.response.destroy(), MAX_STALLED_MS);
    await Promise.race([once(this.response, 'drain'), once(this.response, 'close')]).finally(() => clearTimeout(stalled));
  }
}
