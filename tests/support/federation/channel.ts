/** A manual event source for the topic of a subgraph. `return()` ends it at once, as those of the product do. */
export class Channel<Event> implements AsyncIterableIterator<Event> {
  returned = false;
  readonly #events: (Event | Error)[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  push(...events: Event[]): void {
    this.#events.push(...events);
    this.#wake?.();
  }

  break(error: Error): void {
    this.#events.push(error);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Event>> {
    for (;;) {
      const event = this.#events.shift();
      if (event instanceof Error) throw event;
      if (event !== undefined) return { done: false, value: event };
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async return(): Promise<IteratorResult<Event>> {
    this.returned = true;
    this.end();
    return { done: true, value: undefined };
  }
}
