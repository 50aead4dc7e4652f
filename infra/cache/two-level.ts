import type { Bus } from '../bus/bus.ts';
import type { Cache } from './cache.ts';
import { MemoryCache } from './memory.ts';

/** Time to live of entries in the in-memory level. */
const L1_SECONDS = 30;

/**
 * L1 memory / L2 shared cache. Deletions are broadcast over the bus; a process that may have missed one clears its L1
 * after reconnecting.
 */
export class TwoLevelCache implements Cache {
  readonly #l2: Cache;
  readonly #bus: Bus;
  #l1: Cache = new MemoryCache();
  /** Counts deletions: a value that was read during one may be the deleted value. */
  #invalidations = 0;
  #unsubscribers: (() => unknown)[] = [];

  constructor(l2: Cache, bus: Bus) {
    this.#l2 = l2;
    this.#bus = bus;
  }

  async open(): Promise<this> {
    this.#unsubscribers = [
      await this.#bus.subscribe('cache.forgotten', 'all', ({ key }) => void this.#evict(key)),
      this.#bus.onReliabilityChange((isReliable) => isReliable && this.#clear()),
    ];
    return this;
  }

  async getOrSet<T>(key: string, seconds: number, factory: () => Promise<T>): Promise<T> {
    const before = this.#invalidations;
    const value = await this.#l1.getOrSet(key, Math.min(seconds, L1_SECONDS), () => this.#l2.getOrSet(key, seconds, factory));
    if (before !== this.#invalidations) await this.#l1.delete(key);
    return value;
  }

  async delete(key: string): Promise<void> {
    // L2 first: a process that receives the broadcast must not read the deleted value from it.
    await this.#l2.delete(key);
    await this.#evict(key);
    await this.#bus.publishConfirmed('cache.forgotten', 'all', { key });
  }

  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribers) await unsubscribe();
    await this.#l1.close();
    await this.#l2.close();
  }

  async #evict(key: string): Promise<void> {
    this.#invalidations += 1;
    await this.#l1.delete(key);
  }

  #clear(): void {
    this.#invalidations += 1;
    this.#l1 = new MemoryCache();
  }
}
