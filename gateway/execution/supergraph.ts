import { buildSchema, type GraphQLSchema } from 'graphql';
import type { Graph } from '../../infra/graph/graph.ts';
import { failureOf } from '../../infra/http/graphql-error.ts';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Source } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { FieldNames } from '../planning/field-names.ts';
import { Operations } from './operations.ts';
import { Documents, prepare } from './prepared-document.ts';
import { toResult } from './request-error.ts';
import { typeTest } from './walk.ts';
import { Executor } from './executor.ts';
import type { Planning } from '../planning/planning.ts';
import type { Admission, GraphRequest, GraphResult } from './request.ts';

export interface SupergraphOptions {
  /** By subgraph name. */
  sources: ReadonlyMap<string, Source>;
  log: Log;
  admission?: Admission;
  /** Documents of clients. */
  documents?: Documents;
}

/** The state of one supergraph. A reload creates a new instance; running streams keep theirs. */
export class Supergraph implements Graph {
  readonly executor: Executor;
  /** Operations of clients, subject to `admission`. */
  readonly operations: Operations;
  /** Internal operations, not subject to `admission`. */
  readonly #internalOperations: Operations;
  readonly #documents: Documents;
  readonly #log: Log;

  readonly sdl: string;
  /** The public schema. */
  readonly schema: GraphQLSchema;

  constructor(sdl: string, schema: GraphQLSchema, planning: Planning, { sources, log, admission, documents }: SupergraphOptions) {
    this.sdl = sdl;
    this.schema = schema;
    const fullSchema = buildSchema(sdl, { assumeValid: true, assumeValidSDL: true });
    this.executor = new Executor({ sourceOf: (name) => sourceNamed(name, sources), log, isOfType: typeTest(fullSchema) });
    this.#documents = new Documents();
    const parts = { schema, fields: new FieldNames(fullSchema), planner: planning.plannerFor(sdl) };
    this.operations = new Operations({ ...parts, admission, documents: documents ?? this.#documents });
    this.#internalOperations = new Operations({ ...parts, documents: this.#documents });
    this.#log = log;
  }

  async ask<Data>(query: string, variables: Record<string, unknown>, identity: Identity): Promise<Data> {
    const { data, errors } = await this.#executeInternal({ query, variables }, identity);
    if (errors?.length) throw failureOf(errors[0]) ?? new Failure('INTERNAL', {}, { cause: errors[0] });
    return data as Data;
  }

  async #executeInternal(request: GraphRequest, identity: Identity): Promise<GraphResult> {
    try {
      const prepared = prepare(request, this.#documents);
      return await this.executor.execute(this.#internalOperations.get(prepared), prepared, { identity });
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
