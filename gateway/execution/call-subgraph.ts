import { Failure } from '../../schema/errors.ts';
import type { SourceResult } from '../../schema/source.ts';
import type { Execution } from './execution-context.ts';
import { isObject, type JsonObject } from './merge.ts';
import type { EntityFetch, RootFetch } from '../planning/plan.ts';

/** Executes a fetch at its subgraph. An unreachable subgraph gives a result with an error without a path. */
export async function callSubgraph(
  fetch: RootFetch | EntityFetch,
  representations: JsonObject,
  execution: Execution,
): Promise<SourceResult> {
  const { context, identity, signal } = execution;
  signal?.throwIfAborted();
  try {
    const result = await context.sourceOf(fetch.subgraph).execute(requestOf(fetch, representations, execution), identity);
    if (result.data == null || isObject(result.data)) return result;
    throw new Error('the subgraph returned an invalid result');
  } catch (error) {
    const failure = error instanceof Failure ? error : new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: error });
    if (failure.cause)
      context.log.error({ err: failure.cause, subgraph: fetch.subgraph, requestId: identity.requestId }, 'a subgraph did not answer');
    return { errors: [{ message: failure.message, extensions: failure.extensions }] };
  }
}

export function requestOf(fetch: RootFetch | EntityFetch, representations: JsonObject, { variables }: Pick<Execution, 'variables'>) {
  const sent: JsonObject = { ...representations };
  for (const name of fetch.variables) if (variables[name] !== undefined) sent[name] = variables[name];
  return { query: fetch.query, variables: sent, ...(fetch.operationName ? { operationName: fetch.operationName } : {}) };
}
