import { Bell, PullStream, type Step } from './iterators.ts';

const MIN_MS = 1000;
const MAX_MS = 5000;

/**
 * Ticks at once, then after each change, at most once a second and at least every five seconds. A slow reader misses ticks
 * instead of queueing them.
 */
export class Pulse extends PullStream<void> {
  readonly #bell = new Bell();
  #last = -Infinity;
  #stirred = true;

  constructor() {
    super();
    this.onEnd(() => this.#bell.ring());
  }

  stir(): void {
    this.#stirred = true;
    this.#bell.ring();
  }

  protected override async pull(signal: AbortSignal): Promise<Step<void>> {
    while (!signal.aborted) {
      const wait = this.#last + (this.#stirred ? MIN_MS : MAX_MS) - performance.now();
      if (wait <= 0) {
        this.#last = performance.now();
        this.#stirred = false;
        return { value: undefined };
      }
      await this.#bell.wait(wait);
    }
    return undefined;
  }
}
