import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { Failure } from '../../schema/errors.ts';
import type { LimitRule, Limits } from './limits.ts';

/** Counts by one limiter for each rule; what the limiters count in is the adapter's to say. */
export abstract class CounterLimits implements Limits {
  readonly #limiters = new Map<string, RateLimiterAbstract>();

  protected abstract make(rule: LimitRule): RateLimiterAbstract;

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
  }

  #limiter(rule: LimitRule): RateLimiterAbstract {
    const limiter = this.#limiters.get(rule.name) ?? this.make(rule);
    this.#limiters.set(rule.name, limiter);
    return limiter;
  }
}
