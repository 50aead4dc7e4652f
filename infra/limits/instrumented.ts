import { Failure } from '../../schema/errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Limits } from './limits.ts';

/** Counts rate-limited requests by rule. */
export function instrumentedLimits(limits: Limits, metrics: Metrics): Limits {
  return {
    async take(rule, key, points) {
      try {
        await limits.take(rule, key, points);
      } catch (error) {
        if (error instanceof Failure && error.code === 'RATE_LIMITED')
          metrics.count('parley_rate_limit_refusals_total', { rule: rule.name });
        throw error;
      }
    },
    reset: (rule, key) => limits.reset(rule, key),
    close: () => limits.close(),
  };
}
