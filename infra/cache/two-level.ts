import type { Bus } from '../bus/bus.ts';
import type { Cache } from './cache.ts';
import { MemoryCache } from './memory.ts';

/** How long a process keeps its copy of what all processes share. */
const L1_SECONDS = 30;

/**
 * Two levels: what all processes share, and before it, in memory, what this one has seen of it. What is taken back is
 * told to all over the bus; a process that may have missed it drops all its copies, as soon as it hears again.
 */
export class TwoLevelCache implements Cache {
  readonly #l2: Cache;
  readonly #bus: Bus;
  #l1: Cache = new MemoryCache();
  /** How often something was taken back: what was being read meanwhile may be what was taken. */
  #invalidations = 0;
  #stops: (() => unknown)[] = [];

  constructor(l2: Cache, bus: Bus) {
    this.#l2 = l2;
    this.#bus = bus;
  }

  async open(): Promise<this> {
    this.#stops = [
      await this.#bus.subscribe('cache.forgotten', 'all', ({ key }) => void this.#drop(key)),
      this.#bus.onReliabilityChange((isReliable) => isReliable && this.#dropAll()),
    ];
    return this;
  }

  async remember<T>(key: string, seconds: number, make: () => Promise<T>): Promise<T> {
    const before = this.#invalidations;
    const value = await this.#l1.remember(key, Math.min(seconds, L1_SECONDS), () => this.#l2.remember(key, seconds, make));
    if (before !== this.#invalidations) await this.#l1.forget(key);
    return value;
  }

  async forget(key: string): Promise<void> {
    // Whoever hears of it must not find it there any more.
    await this.#l2.forget(key);
    await this.#drop(key);
    await this.#bus.publishConfirmed('cache.forgotten', 'all', { key });
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) await stop();
    await this.#l1.close();
    await this.#l2.close();
  }

  async #drop(key: string): Promise<void> {
    this.#invalidations += 1;
    await this.#l1.forget(key);
  }

  #dropAll(): void {
    this.#invalidations += 1;
    this.#l1 = new MemoryCache();
  }
}
