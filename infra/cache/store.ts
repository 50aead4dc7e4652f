import { BentoCache, type bentostore } from 'bentocache';
import type { Cache } from './cache.ts';

type Store = ReturnType<typeof bentostore>;

/** A cache over one BentoCache store, which the adapter provides. */
export abstract class StoreCache implements Cache {
  readonly #bento: BentoCache<{ only: Store }>;

  constructor(store: Store) {
    this.#bento = new BentoCache({ default: 'only', stores: { only: store }, grace: false });
  }

  async getOrSet<T>(key: string, seconds: number, factory: () => Promise<T>): Promise<T> {
    try {
      return await this.#bento.getOrSet<T>({ key, ttl: seconds * 1000, factory });
    } catch (error) {
      // BentoCache wraps the factory's error.
      throw (error as Error).cause ?? error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.#bento.delete({ key });
  }

  close(): Promise<void> {
    return this.#bento.disconnectAll();
  }

  /** Returns the cached value or undefined. */
  protected get<T>(key: string): Promise<T | undefined> {
    return this.#bento.get<T>({ key });
  }
}
