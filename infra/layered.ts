import type { Bus } from './bus/bus.ts';
import type { Cache } from './cache/cache.ts';
import { MemoryCache } from './cache/memory.ts';

/** How long a process keeps its copy of what all processes share. */
const NEAR_SECONDS = 30;

/**
 * Two levels: what all processes share, and before it, in memory, what this one has seen of it. What is taken back is
 * told to all over the bus; a process that may have missed it drops all its copies, as soon as it hears again.
 */
export class LayeredCache implements Cache {
  readonly #far: Cache;
  readonly #bus: Bus;
  #near: Cache = new MemoryCache();
  /** How often something was taken back: what was being read meanwhile may be what was taken. */
  #takings = 0;
  #stops: (() => unknown)[] = [];

  constructor(far: Cache, bus: Bus) {
    this.#far = far;
    this.#bus = bus;
  }

  async open(): Promise<this> {
    this.#stops = [
      await this.#bus.listen('cache.forgotten', 'all', ({ key }) => void this.#drop(key)),
      this.#bus.onHearing((isWhole) => isWhole && this.#dropAll()),
    ];
    return this;
  }

  async remember<T>(key: string, seconds: number, make: () => Promise<T>): Promise<T> {
    const before = this.#takings;
    const value = await this.#near.remember(key, Math.min(seconds, NEAR_SECONDS), () => this.#far.remember(key, seconds, make));
    if (before !== this.#takings) await this.#near.forget(key);
    return value;
  }

  async forget(key: string): Promise<void> {
    // Whoever hears of it must not find it there any more.
    await this.#far.forget(key);
    await this.#drop(key);
    await this.#bus.announce('cache.forgotten', 'all', { key });
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) await stop();
    await this.#near.close();
    await this.#far.close();
  }

  async #drop(key: string): Promise<void> {
    this.#takings += 1;
    await this.#near.forget(key);
  }

  #dropAll(): void {
    this.#takings += 1;
    this.#near = new MemoryCache();
  }
}
