import { visit } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import type { Planner } from '../planning/planner.ts';
import type { CoercedVariables, ParsedOperation } from './request.ts';
import { canonicalOf } from '../planning/canonical.ts';
import type { FieldNames } from '../planning/field-names.ts';
import type { Plan } from '../planning/plan.ts';
import { Projection } from './projection.ts';
import { refuse, RequestError } from './request-error.ts';

/** Documents with many conditions have exponentially many forms; a few are kept. */
const MAX_FORMS = 16;

/** What an operation comes to, once it is known which of its conditions hold. */
export interface DocumentVariant {
  /** Undefined when no subgraph has to be asked. */
  plan?: Plan;
  projection: Projection;
}

/** The forms of one operation, each planned once. */
export class DocumentVariants {
  /** With them those that cannot be planned: finding that out is expensive. */
  readonly #known = new Map<string, DocumentVariant | RequestError>();
  readonly #underWay = new Map<string, Promise<DocumentVariant>>();
  readonly #conditions: readonly string[];

  constructor(
    private readonly parsed: ParsedOperation,
    private readonly parts: { fields: FieldNames; planner: Planner },
  ) {
    this.#conditions = conditionsIn(parsed);
  }

  /** A promise only for what is not known. Throws or rejects with a `RequestError` or a `Failure`. */
  for(variables: CoercedVariables): DocumentVariant | Promise<DocumentVariant> {
    const key = this.#conditions.map((name) => (variables[name] ? '1' : '0')).join('');
    const known = this.#known.get(key);
    if (known instanceof RequestError) throw known;
    return known ?? this.#underWay.get(key) ?? this.#begin(key, variables);
  }

  #begin(key: string, variables: CoercedVariables): Promise<DocumentVariant> {
    const form = this.#make(variables)
      .then(
        (made) => this.#keep(key, made),
        (error: unknown) => {
          if (!(error instanceof Failure) || error.code !== 'QUERY_NOT_PLANNABLE') throw error;
          throw this.#keep(key, refuse(error.code, [error]));
        },
      )
      .finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, form);
    return form;
  }

  #keep<Outcome extends DocumentVariant | RequestError>(key: string, outcome: Outcome): Outcome {
    if (this.#known.size >= MAX_FORMS) this.#known.clear();
    this.#known.set(key, outcome);
    return outcome;
  }

  async #make(variables: CoercedVariables): Promise<DocumentVariant> {
    const conditions = Object.fromEntries(this.#conditions.map((name) => [name, variables[name]]));
    const { query, names } = canonicalOf(this.parsed, this.parts.fields, conditions);
    const projection = new Projection(this.parsed, names, conditions);
    return query === undefined ? { projection } : { projection, plan: await this.parts.planner.plan(query) };
  }
}

/** The variables on which `@skip` and `@include` depend. */
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
