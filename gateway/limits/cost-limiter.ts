import { Failure } from '../../schema/errors.ts';
import type { Identity } from '../../schema/viewer.ts';
import { costOf } from './cost.ts';
import { LIMITS } from './limits.ts';
import type { Admission, CoercedVariables, ParsedOperation } from '../execution/request.ts';

/**
 * Computes the cost of an operation just before execution, when its coerced variables are known, and records it so that
 * the rate limiter can charge the user afterwards.
 */
export class CostLimiter implements Admission {
  readonly maxTokens = LIMITS.tokens;
  readonly #costs = new WeakMap<Identity, number>();

  readonly measure = (operation: ParsedOperation) => {
    const cost = costOf(operation);
    return (variables: CoercedVariables, identity: Identity): void => {
      const total = cost(variables);
      if (total > LIMITS.cost)
        throw new Failure('QUERY_TOO_COMPLEX', { cost: Math.min(total, Number.MAX_SAFE_INTEGER), limit: LIMITS.cost });
      this.#costs.set(identity, total);
    };
  };

  /** Returns the cost of the operation that was executed for this identity, or 0. */
  costOfRun(identity: Identity): number {
    return this.#costs.get(identity) ?? 0;
  }
}
