import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Bell, PullStream, type Step } from '../../infra/async/iterators.ts';
import type { Failure } from '../../schema/errors.ts';
import type { Answer } from '../pipeline/pipeline.ts';

const MAX_BUFFERED_BYTES = 256 * 1024;
const MAX_STALLED_MS = 30_000;

/**
 * The events of one server-sent event stream. Pulls only as fast as the client reads; `end` closes it from outside when the
 * session ends or the process stops.
 */
export class EventFeed extends PullStream<Answer> {
  readonly #bell = new Bell();
  #last: Answer | undefined;

  readonly #events: AsyncIterableIterator<Answer>;
  readonly #response: ServerResponse;
  readonly #explain: (why: Failure) => Answer;

  constructor(events: AsyncIterableIterator<Answer>, response: ServerResponse, explain: (why: Failure) => Answer) {
    super();
    this.#events = events;
    this.#response = response;
    this.#explain = explain;
    this.onEnd(() => events.return?.());
  }

  /** Ends the stream with a last event that states the reason. */
  end(why: Failure): void {
    this.#last ??= this.#explain(why);
    this.#bell.ring();
  }

  protected override async pull(): Promise<Step<Answer>> {
    await this.#drained();
    const step = this.#last ? undefined : await Promise.race([this.#events.next(), this.#bell.wait()]);
    if (this.#last) return { value: this.#last, isLast: true };
    return step?.done === false ? { value: step.value } : undefined;
  }

  async #drained(): Promise<void> {
    if (this.#response.writableLength < MAX_BUFFERED_BYTES || this.#response.destroyed) return;
    const stalled = setTimeout(() => this.#response.destroy(), MAX_STALLED_MS);
    await Promise.race([once(this.#response, 'drain'), once(this.#response, 'close')]).finally(() => clearTimeout(stalled));
  }
}
