import type { Cluster, Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { CounterLimits } from './counter.ts';
import type { LimitRule } from './limits.ts';

/** Rate limits shared by all processes. While Redis is down each process counts for itself, so limits always apply. */
export class RedisLimits extends CounterLimits {
  readonly #redis: Redis | Cluster;

  /** Needs a dedicated connection whose commands fail at once while it is down. */
  constructor(redis: Redis | Cluster) {
    super();
    this.#redis = redis;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#redis.disconnect();
  }

  protected override createLimiter({ name, points, perSeconds }: LimitRule): RateLimiterRedis {
    const options = { keyPrefix: `parley:limit:${name}`, points, duration: perSeconds };
    return new RateLimiterRedis({
      ...options,
      storeClient: this.#redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(options),
    });
  }
}
