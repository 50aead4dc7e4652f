import type { Cluster, Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { CounterLimits } from './counter.ts';
import type { LimitRule } from './limits.ts';

/** Rates counted by all processes together; each counts alone while Redis is down, so the door never stands open. */
export class RedisLimits extends CounterLimits {
  readonly #redis: Redis | Cluster;

  /** A connection of its own, whose commands fail at once while it is down. */
  constructor(redis: Redis | Cluster) {
    super();
    this.#redis = redis;
  }

  override async close(): Promise<void> {
    await super.close();
    this.#redis.disconnect();
  }

  protected override make({ name, points, perSeconds }: LimitRule): RateLimiterRedis {
    const options = { keyPrefix: `parley:limit:${name}`, points, duration: perSeconds };
    return new RateLimiterRedis({
      ...options,
      storeClient: this.#redis,
      rejectIfRedisNotReady: true,
      insuranceLimiter: new RateLimiterMemory(options),
    });
  }
}
