import type { Sink } from 'graphql-ws';
import { Failure } from '../../schema/errors.ts';
import type { SourceError, SourceResult } from '../../schema/source.ts';
import { TransportError } from './transport-error.ts';

const MAX_WAITING = 1_000;

/**
 * Buffers the events of a socket for a pulling reader. More than `MAX_WAITING` unread events end the stream with
 * `SLOW_CONSUMER`; a lost connection ends it with `TransportError`.
 */
export class EventQueue implements AsyncIterableIterator<SourceResult> {
  readonly #waiting: SourceResult[] = [];
  readonly #leave: () => void;
  #end: { error?: Error } | undefined;
  #wake: (() => void) | undefined;

  constructor(subscribe: (sink: Sink<any>) => () => void) {
    this.#leave = subscribe({
      next: (event) => this.#take(event as SourceResult),
      error: (error) => this.#finish(error),
      complete: () => this.#close({}),
    });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<SourceResult>> {
    for (;;) {
      const event = this.#waiting.shift();
      if (event) return { done: false, value: event };
      if (this.#end?.error) {
        const { error } = this.#end;
        this.#end = {};
        throw error;
      }
      if (this.#end) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async return(): Promise<IteratorResult<SourceResult>> {
    this.#waiting.length = 0;
    this.#close({});
    this.#leave();
    return { done: true, value: undefined };
  }

  #take(event: SourceResult): void {
    if (this.#end) return;
    if (this.#waiting.length < MAX_WAITING) {
      this.#waiting.push(event);
      this.#wake?.();
      return;
    }
    this.#close({ error: new Failure('SLOW_CONSUMER') });
    this.#leave();
  }

  /** An array of errors is the subgraph's response; anything else is a connection error. */
  #finish(error: unknown): void {
    if (Array.isArray(error)) this.#take({ errors: error as SourceError[] });
    this.#close(Array.isArray(error) ? {} : { error: new TransportError(false, { cause: error }) });
  }

  #close(end: { error?: Error }): void {
    this.#end ??= end;
    this.#wake?.();
  }
}
