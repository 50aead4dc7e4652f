import { Failure } from '../../schema/errors.ts';
import type { SourceError, SourceResult } from '../../schema/source.ts';
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
    return { errors: [sourceFailure(error, execution, fetch.subgraph, 'a subgraph did not answer')] };
  }
}

/** Converts an exception of a source. Its cause, if it has one, is logged here. */
export function sourceFailure(
  error: unknown,
  { context: { log }, identity: { requestId } }: Pick<Execution, 'context' | 'identity'>,
  subgraph: string,
  what: string,
): Required<Omit<SourceError, 'path'>> {
  const { message, extensions, cause } = error instanceof Failure ? error : new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: error });
  if (cause) log.error({ err: cause, subgraph, requestId }, what);
  return { message, extensions };
}

export function requestOf(fetch: RootFetch | EntityFetch, representations: JsonObject, { variables }: Pick<Execution, 'variables'>) {
  const sent: JsonObject = { ...representations };
  for (const name of fetch.variables) if (variables[name] !== undefined) sent[name] = variables[name];
  return { query: fetch.query, variables: sent, ...(fetch.operationName ? { operationName: fetch.operationName } : {}) };
}
