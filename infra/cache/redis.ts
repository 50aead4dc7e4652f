import { type Lock, LockFactory } from '@verrou/core';
import { redisStore } from '@verrou/core/drivers/redis';
import { bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import type { Cluster, Redis } from 'ioredis';
import { StoreCache } from './store.ts';

/** After Redis has failed it is left alone for this long, so that a silent one costs one wait and not one for each value. */
const LEFT_ALONE_MS = 2_000;
/** Who makes a value is waited for no longer than this: it may have died. */
const LOCKED_MS = 3_000;
const LOOK_MS = 20;

/** A cache that all processes share: of those who miss a value, the one that has its lock makes it, and the others wait. */
export class RedisCache extends StoreCache {
  readonly #locks: LockFactory;
  #leftAloneUntil = 0;

  /** A connection of its own, whose commands fail at once while it is down. */
  constructor(redis: Redis | Cluster) {
    const options = { l2CircuitBreakerDuration: LEFT_ALONE_MS, suppressL2Errors: true };
    super(bentostore(options).useL2Layer(redisDriver({ connection: redis, prefix: 'parley:cache' })));
    this.#locks = new LockFactory(redisStore({ connection: redis as Redis }).factory(), {
      retry: { delay: LOOK_MS, timeout: LOCKED_MS },
    });
  }

  override async remember<T>(key: string, seconds: number, make: () => Promise<T>): Promise<T> {
    const kept = await this.kept<T>(key);
    if (kept !== undefined) return kept;
    const lock = await this.#lock(key);
    try {
      return await super.remember(key, seconds, make);
    } finally {
      // One that has run out is another's by now.
      await lock?.release().catch(() => undefined);
    }
  }

  /** Null for who has to do without: a lock saves work and guards nothing, so it may be lost. */
  async #lock(key: string): Promise<Lock | null> {
    if (performance.now() < this.#leftAloneUntil) return null;
    const lock = this.#locks.createLock(`parley:cache-lock:${key}`, LOCKED_MS);
    try {
      return (await lock.acquire()) ? lock : null;
    } catch {
      this.#leftAloneUntil = performance.now() + LEFT_ALONE_MS;
      return null;
    }
  }
}
