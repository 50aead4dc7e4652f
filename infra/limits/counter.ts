import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { Failure } from '../../schema/errors.ts';
import type { LimitRule, Limits } from './limits.ts';

/** Keeps one rate limiter per rule, created by the adapter. */
export abstract class CounterLimits implements Limits {
  readonly #limiters = new Map<string, RateLimiterAbstract>();

  protected abstract createLimiter(rule: LimitRule): RateLimiterAbstract;

  async take(rule: LimitRule, key: string, points = 1): Promise<void> {
    try {
      await this.#limiter(rule).consume(key, points);
    } catch (rejection) {
      if (!(rejection instanceof RateLimiterRes)) throw rejection;
      throw new Failure('RATE_LIMITED', { retryAfterSeconds: Math.ceil(rejection.msBeforeNext / 1000) });
    }
  }

  async reset(rule: LimitRule, key: string): Promise<void> {
    await this.#limiter(rule).delete(key);
  }

  async close(): Promise<void> {
    this.#limiters.clear();
  }

  #limiter(rule: LimitRule): RateLimiterAbstract {
    const limiter = this.#limiters.get(rule.name) ?? this.createLimiter(rule);
    this.#limiters.set(rule.name, limiter);
    return limiter;
  }
}
