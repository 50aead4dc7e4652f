import type { Cluster, Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Failure } from '../../schema/errors.ts';
import type { LimitRule, Limits } from './limits.ts';

/** Rates counted by all processes together; each counts alone while Redis is down, so the door never stands open. */
export class RedisLimits implements Limits {
  readonly #redis: Redis | Cluster;
  readonly #limiters = new Map<string, RateLimiterRedis>();

  /** A connection of its own, whose commands fail at once while it is down. */
  constructor(redis: Redis | Cluster) {
    this.#redis = redis;
  }

  async take(rule: LimitRule, key: string, points = 1): Promise<void> {
    try {
      await this.#limiter(rule).consume(key, points);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new Failure('RATE_LIMITED', { retryAfterSeconds: Math.ceil(refusal.msBeforeNext / 1000) });
    }
  }

  async reset(rule: LimitRule, key: string): Promise<void> {
    await this.#limiter(rule).delete(key);
  }

  async close(): Promise<void> {
    this.#limiters.clear();
    this.#redis.disconnect();
  }

  #limiter(rule: LimitRule): RateLimiterRedis {
    let limiter = this.#limiters.get(rule.name);
    if (!limiter) {
      const options = { keyPrefix: `parley:limit:${rule.name}`, points: rule.points, duration: rule.perSeconds };
      limiter = new RateLimiterRedis({
        ...options,
        storeClient: this.#redis,
        rejectIfRedisNotReady: true,
        insuranceLimiter: new RateLimiterMemory(options),
      });
      this.#limiters.set(rule.name, limiter);
    }
    return limiter;
  }
}
