import { visit } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import type { Planner } from '../planning/planner.ts';
import type { CoercedVariables, ParsedOperation } from './request.ts';
import { canonicalOf } from '../planning/canonical.ts';
import type { FieldNames } from '../planning/field-names.ts';
import type { Plan } from '../planning/plan.ts';
import { Projection } from './projection.ts';
import { requestError, RequestError } from './request-error.ts';

/** Bounds the cache: the number of variants is exponential in the number of conditions. */
const MAX_VARIANTS = 16;

/** An operation with `@skip` and `@include` evaluated, planned. */
export interface DocumentVariant {
  /** Undefined if no subgraph has to be called. */
  plan?: Plan;
  projection: Projection;
}

/** Plans the variants of one operation, each once. */
export class DocumentVariants {
  /** Also caches planning errors, because failed planning is expensive. */
  readonly #known = new Map<string, DocumentVariant | RequestError>();
  readonly #pending = new Map<string, Promise<DocumentVariant>>();
  readonly #conditions: readonly string[];

  readonly #parsed: ParsedOperation;
  readonly #parts: { fields: FieldNames; planner: Planner };

  constructor(parsed: ParsedOperation, parts: { fields: FieldNames; planner: Planner }) {
    this.#parsed = parsed;
    this.#parts = parts;
    this.#conditions = conditionsIn(parsed);
  }

  /** Returns a promise only for a variant that is not cached. Throws or rejects with a `RequestError` or a `Failure`. */
  for(variables: CoercedVariables): DocumentVariant | Promise<DocumentVariant> {
    const key = this.#conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    const known = this.#known.get(key);
    if (known instanceof RequestError) throw known;
    return known ?? this.#pending.get(key) ?? this.#begin(key, variables);
  }

  #begin(key: string, variables: CoercedVariables): Promise<DocumentVariant> {
    const variant = this.#make(variables)
      .then(
        (made) => this.#keep(key, made),
        (error: unknown) => {
          if (!(error instanceof Failure) || error.code !== 'QUERY_NOT_PLANNABLE') throw error;
          throw this.#keep(key, requestError(error.code, [error]));
        },
      )
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, variant);
    return variant;
  }

  #keep<Outcome extends DocumentVariant | RequestError>(key: string, outcome: Outcome): Outcome {
    if (this.#known.size >= MAX_VARIANTS) this.#known.clear();
    this.#known.set(key, outcome);
    return outcome;
  }

  async #make(variables: CoercedVariables): Promise<DocumentVariant> {
    const conditions = Object.fromEntries(this.#conditions.map((name) => [name, variables[name]]));
    const { query, names } = canonicalOf(this.#parsed, this.#parts.fields, conditions);
    const projection = new Projection(this.#parsed, names, conditions);
    return query === undefined ? { projection } : { projection, plan: await this.#parts.planner.plan(query) };
  }
}

/** Returns the names of the variables used by `@skip` and `@include`. */
function conditionsIn({ operation, fragments }: ParsedOperation): string[] {
  const names = new Set<string>();
  for (const definition of [operation, ...Object.values(fragments)]) {
    visit(definition, {
      Directive({ name, arguments: given }) {
        const condition = given?.[0]?.value;
        if ((name.value === 'skip' || name.value === 'include') && condition?.kind === 'Variable') names.add(condition.name.value);
      },
    });
  }
  return [...names];
}
