import { BentoCache, type bentostore } from 'bentocache';
import type { Cache } from './cache.ts';

type Store = ReturnType<typeof bentostore>;

/** A cache over one store; which, is the adapter's to say. */
export abstract class StoreCache implements Cache {
  readonly #bento: BentoCache<{ only: Store }>;

  constructor(store: Store) {
    this.#bento = new BentoCache({ default: 'only', stores: { only: store }, grace: false });
  }

  async remember<T>(key: string, seconds: number, make: () => Promise<T>): Promise<T> {
    try {
      return await this.#bento.getOrSet<T>({ key, ttl: seconds * 1000, factory: make });
    } catch (error) {
      // The library wraps what `make` throws.
      throw (error as Error).cause ?? error;
    }
  }

  async forget(key: string): Promise<void> {
    await this.#bento.delete({ key });
  }

  close(): Promise<void> {
    return this.#bento.disconnectAll();
  }

  /** Undefined where nothing is kept. */
  protected kept<T>(key: string): Promise<T | undefined> {
    return this.#bento.get<T>({ key });
  }
}
