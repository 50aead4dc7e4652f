import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Failure } from '../../schema/errors.ts';
import type { LimitRule, Limits } from './limits.ts';

/** Rates counted within one process. */
export class MemoryLimits implements Limits {
  readonly #limiters = new Map<string, RateLimiterMemory>();

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

  #limiter(rule: LimitRule): RateLimiterMemory {
    let limiter = this.#limiters.get(rule.name);
    if (!limiter) {
      limiter = new RateLimiterMemory({ keyPrefix: rule.name, points: rule.points, duration: rule.perSeconds });
      this.#limiters.set(rule.name, limiter);
    }
    return limiter;
  }
}
