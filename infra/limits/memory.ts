import { RateLimiterMemory } from 'rate-limiter-flexible';
import { CounterLimits } from './counter.ts';
import type { LimitRule } from './limits.ts';

/** Rate limits counted per process. */
export class MemoryLimits extends CounterLimits {
  protected override createLimiter({ name, points, perSeconds }: LimitRule): RateLimiterMemory {
    return new RateLimiterMemory({ keyPrefix: name, points, duration: perSeconds });
  }
}
