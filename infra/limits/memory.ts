import { RateLimiterMemory } from 'rate-limiter-flexible';
import { CounterLimits } from './counter.ts';
import type { LimitRule } from './limits.ts';

/** Rates counted within one process. */
export class MemoryLimits extends CounterLimits {
  protected override make({ name, points, perSeconds }: LimitRule): RateLimiterMemory {
    return new RateLimiterMemory({ keyPrefix: name, points, duration: perSeconds });
  }
}
