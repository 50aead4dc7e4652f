const MIN_MS = 1000;
const MAX_MS = 5000;

/**
 * Ticks at once, then after each change, at most once a second and at least every five seconds. A slow reader misses ticks
 * instead of queueing them.
 */
export class Pulse implements AsyncIterableIterator<void> {
  #last = -Infinity;
  #stirred = true;
  #ended = false;
  #wake: (() => void) | undefined;
  readonly #onEnd: () => Promise<void>;

  constructor(onEnd: () => Promise<void>) {
    this.#onEnd = onEnd;
  }

  stir(): void {
    this.#stirred = true;
    this.#wake?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<void>> {
    while (!this.#ended) {
      const wait = this.#last + (this.#stirred ? MIN_MS : MAX_MS) - performance.now();
      if (wait <= 0) {
        this.#last = performance.now();
        this.#stirred = false;
        return { done: false, value: undefined };
      }
      await this.#pause(wait);
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<void>> {
    this.#ended = true;
    this.#wake?.();
    await this.#onEnd();
    return { done: true, value: undefined };
  }

  async #pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}
