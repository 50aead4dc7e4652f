import { type Lock, LockFactory } from '@verrou/core';
import { redisStore } from '@verrou/core/drivers/redis';
import { bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import type { Cluster, Redis } from 'ioredis';
import { StoreCache } from './store.ts';

/**
 * Time in milliseconds during which Redis is bypassed after a failure, so that an unresponsive server costs one timeout
 * and not one per value.
 */
const BYPASS_MS = 2_000;
/** Lifetime of a lock, and how long others wait for it: its holder may have died. */
const LOCK_MS = 3_000;
const LOCK_RETRY_MS = 20;

/** A cache shared by all processes. On a miss, one caller takes a lock and computes the value while the others wait. */
export class RedisCache extends StoreCache {
  readonly #locks: LockFactory;
  #bypassUntil = 0;

  /** Needs a dedicated connection whose commands fail at once while it is down. */
  constructor(redis: Redis | Cluster) {
    const options = { l2CircuitBreakerDuration: BYPASS_MS, suppressL2Errors: true };
    super(bentostore(options).useL2Layer(redisDriver({ connection: redis, prefix: 'parley:cache' })));
    this.#locks = new LockFactory(redisStore({ connection: redis as Redis }).factory(), {
      retry: { delay: LOCK_RETRY_MS, timeout: LOCK_MS },
    });
  }

  override async getOrSet<T>(key: string, seconds: number, factory: () => Promise<T>): Promise<T> {
    const cached = await this.get<T>(key);
    if (cached !== undefined) return cached;
    const lock = await this.#lock(key);
    try {
      return await super.getOrSet(key, seconds, factory);
    } finally {
      // An expired lock may belong to another caller by now.
      await lock?.release().catch(() => undefined);
    }
  }

  /** Returns null if no lock can be taken. It only avoids duplicate work, so callers proceed without it. */
  async #lock(key: string): Promise<Lock | null> {
    if (performance.now() < this.#bypassUntil) return null;
    const lock = this.#locks.createLock(`parley:cache-lock:${key}`, LOCK_MS);
    try {
      return (await lock.acquire()) ? lock : null;
    } catch {
      this.#bypassUntil = performance.now() + BYPASS_MS;
      return null;
    }
  }
}
