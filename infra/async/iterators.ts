const DONE: IteratorResult<never> = { done: true, value: undefined };

/** Result of a pull: an item, the last item, or undefined at the end. */
export type Step<Item> = { value: Item; isLast?: boolean } | undefined;

/**
 * An async iterator over items that `pull` gives one at a time, only when they are asked for. Unlike an async generator,
 * whose `return()` waits for a pending `next()`, it ends at once: pending calls of `next()` resolve, and the end callbacks
 * run, once. An error ends it, too. Concurrent calls of `next()` get the items in order.
 */
export abstract class PullStream<Item> implements AsyncIterableIterator<Item> {
  readonly #ended = new AbortController();
  readonly #waiting = new Set<() => void>();
  #callbacks: (() => unknown)[] | undefined = [];
  #turn: Promise<unknown> = Promise.resolve();

  /** Called once at a time and never after the end. The signal is aborted when the stream ends meanwhile. */
  protected abstract pull(signal: AbortSignal): Promise<Step<Item>>;

  next(): Promise<IteratorResult<Item>> {
    return new Promise((resolve, reject) => {
      const leave = () => resolve(DONE);
      this.#waiting.add(leave);
      this.#turn = this.#turn.then(() => this.#advance(leave)).then(resolve, reject);
    });
  }

  /** Does not wait for the end callbacks, which have begun when it returns. */
  async return(): Promise<IteratorResult<Item>> {
    this.#end();
    return DONE;
  }

  async throw(error: unknown): Promise<IteratorResult<Item>> {
    this.#end();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Adds a callback that runs once, at the end or now if that is past. Its errors are ignored: no caller waits for it. */
  onEnd(callback: () => unknown): this {
    if (this.#callbacks) this.#callbacks.push(callback);
    else void (async () => callback())().catch(() => {});
    return this;
  }

  /** Runs the end callbacks while items may still be read. */
  protected release(): void {
    const callbacks = this.#callbacks ?? [];
    this.#callbacks = undefined;
    for (const callback of callbacks) this.onEnd(callback);
  }

  async #advance(leave: () => void): Promise<IteratorResult<Item>> {
    const { signal } = this.#ended;
    try {
      const step = signal.aborted ? undefined : await this.pull(signal);
      // Removed before the end, which would resolve this call without its item or its error.
      this.#waiting.delete(leave);
      if (!step || step.isLast) this.#end();
      return step ? { done: false, value: step.value } : DONE;
    } catch (error) {
      this.#waiting.delete(leave);
      this.#end();
      throw error;
    }
  }

  #end(): void {
    this.#ended.abort();
    for (const leave of this.#waiting) leave();
    this.#waiting.clear();
    this.release();
  }
}

class MappedStream<From, To> extends PullStream<To> {
  readonly #source: AsyncIterator<From>;
  readonly #map: (item: From, signal: AbortSignal) => To | null | Promise<To | null>;
  readonly #failed: ((error: unknown) => To) | undefined;

  constructor(
    source: AsyncIterator<From>,
    map: (item: From, signal: AbortSignal) => To | null | Promise<To | null>,
    failed: ((error: unknown) => To) | undefined,
  ) {
    super();
    this.#source = source;
    this.#map = map;
    this.#failed = failed;
    this.onEnd(() => source.return?.());
  }

  protected override async pull(signal: AbortSignal): Promise<Step<To>> {
    try {
      while (!signal.aborted) {
        const { done, value: item } = await this.#source.next();
        if (done) return undefined;
        const value = await this.#map(item, signal);
        if (value !== null) return { value };
      }
      return undefined;
    } catch (error) {
      if (!this.#failed || signal.aborted) throw error;
      return { value: this.#failed(error), isLast: true };
    }
  }
}

/** Maps each item and skips null. With `failed`, an error of the source or of `map` becomes the last item. Ends the source. */
export function mapStream<From, To>(
  source: AsyncIterator<From>,
  map: (item: From, signal: AbortSignal) => To | null | Promise<To | null>,
  failed?: (error: unknown) => To,
): PullStream<To> {
  return new MappedStream(source, map, failed);
}

/**
 * Items that are pushed, and wait for their reader. The item that exceeds `max` closes the queue with the error of `full`.
 * A closed queue takes no items and runs its end callbacks at once; its reader gets those that wait, and then the error.
 */
export class QueueStream<Item> extends PullStream<Item> {
  readonly #items: Item[] = [];
  readonly #bell = new Bell();
  #closed: { error?: unknown } | undefined;

  readonly #bound: { max: number; full(): Error };

  constructor(bound: { max: number; full(): Error }) {
    super();
    this.#bound = bound;
    this.onEnd(() => this.close());
  }

  push(item: Item): void {
    if (this.#closed) return;
    if (this.#items.length >= this.#bound.max) return this.close({ error: this.#bound.full() });
    this.#items.push(item);
    this.#bell.ring();
  }

  /** Puts items in front of those that wait. */
  prepend(items: readonly Item[]): void {
    this.#items.unshift(...items);
    this.#bell.ring();
  }

  close(how: { error?: unknown } = {}): void {
    if (this.#closed) return;
    this.#closed = how;
    this.release();
    this.#bell.ring();
  }

  protected override async pull(): Promise<Step<Item>> {
    while (this.#items.length === 0) {
      if (this.#closed && 'error' in this.#closed) throw this.#closed.error;
      if (this.#closed) return undefined;
      await this.#bell.wait();
    }
    return { value: this.#items.shift()! };
  }
}

/** Wakes a loop that waits. A ring while nothing waits is not remembered. */
export class Bell {
  #wake: (() => void) | undefined;

  ring(): void {
    this.#wake?.();
  }

  /** Resolves at the next ring, or after `ms`. */
  async wait(ms?: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== undefined) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}
