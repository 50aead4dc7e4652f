import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Graph } from '../../infra/graph/graph.ts';
import type { Log } from '../../infra/log.ts';
import type { Source } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { FieldNames } from '../planning/field-names.ts';
import { Operations } from './operations.ts';
import { toFailure, toResult } from './request-error.ts';
import { typeTest } from './walk.ts';
import { Executor } from './executor.ts';
import type { Planning } from '../planning/planning.ts';
import type { Admission, GraphRequest, GraphResult } from './request.ts';

export interface SupergraphOptions {
  /** By the names of the subgraphs. */
  sources: ReadonlyMap<string, Source>;
  log: Log;
  admission?: Admission;
}

/** Everything that holds as long as one supergraph does. A reload makes a new one; running streams keep theirs. */
export class Supergraph implements Graph {
  readonly executor: Executor;
  /** What clients ask, under the conditions of the door. */
  readonly operations: Operations;
  /** What the platform asks itself. */
  readonly #ownOperations: Operations;
  readonly #log: Log;

  constructor(
    readonly sdl: string,
    /** The public schema. */
    readonly schema: GraphQLSchema,
    planning: Planning,
    { sources, log, admission }: SupergraphOptions,
  ) {
    const whole = buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });
    this.executor = new Executor({ sourceOf: (name) => sourceNamed(name, sources), log, isOfType: typeTest(whole) });
    const parts = { schema, fields: new FieldNames(whole), planner: planning.plannerFor(sdl) };
    this.operations = new Operations({ ...parts, admission });
    this.#ownOperations = new Operations(parts);
    this.#log = log;
  }

  async ask<Data = any>(query: string, variables: Record<string, unknown>, identity: Identity): Promise<Data> {
    const { data, errors } = await this.#answerOwn({ query, variables }, identity);
    if (errors?.length) throw toFailure(errors[0]!);
    return data as Data;
  }

  async #answerOwn(request: GraphRequest, identity: Identity): Promise<GraphResult> {
    try {
      return await this.executor.execute(this.#ownOperations.get(request), request, { identity });
    } catch (error) {
      return toResult(error, this.#log, identity);
    }
  }
}

export function sourceNamed(name: string, sources: ReadonlyMap<string, Source>): Source {
  const source = sources.get(name);
  if (!source) throw new Error(`there is no subgraph "${name}"`);
  return source;
}
