import { bentostore } from 'bentocache';
import { redisDriver } from 'bentocache/drivers/redis';
import type { Cluster, Redis } from 'ioredis';
import { StoreCache } from './store.ts';

/** After Redis has failed it is left alone for this long, so that a silent one costs one wait and not one for each value. */
const LEFT_ALONE_MS = 2_000;

/** A cache that all processes share. */
export class RedisCache extends StoreCache {
  /** A connection of its own, whose commands fail at once while it is down. */
  constructor(redis: Redis | Cluster) {
    const options = { l2CircuitBreakerDuration: LEFT_ALONE_MS, suppressL2Errors: true };
    super(bentostore(options).useL2Layer(redisDriver({ connection: redis, prefix: 'parley:cache' })));
  }
}
