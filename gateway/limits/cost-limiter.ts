import { Failure } from '../../schema/errors.ts';
import type { Identity } from '../../schema/viewer.ts';
import { costOf } from './cost.ts';
import { LIMITS } from './limits.ts';
import type { Admission, CoercedVariables, ParsedOperation } from '../execution/request.ts';

/**
 * The part of the limits that needs the schema and the coerced variables. The gateway puts every operation on
 * it just before it runs; the door reads afterwards what the operation costOfRun and charges whoever asked.
 */
export class CostLimiter implements Admission {
  readonly maxTokens = LIMITS.tokens;
  readonly #costs = new WeakMap<Identity, number>();

  readonly weigh = (operation: ParsedOperation) => {
    const cost = costOf(operation);
    return (variables: CoercedVariables, identity: Identity): void => {
      const total = cost(variables);
      if (total > LIMITS.cost)
        throw new Failure('QUERY_TOO_COMPLEX', { cost: Math.min(total, Number.MAX_SAFE_INTEGER), limit: LIMITS.cost });
      this.#costs.set(identity, total);
    };
  };

  /** What the operation that ran under this identity costOfRun; 0 where none ran. */
  costOfRun(identity: Identity): number {
    return this.#costs.get(identity) ?? 0;
  }
}
