import { callSubgraph } from './call-subgraph.ts';
import type { Execution } from './execution-context.ts';
import { markFailed } from './missing-entities.ts';
import { copy, merge, type JsonObject } from './merge.ts';
import { locateRootErrors } from './error-paths.ts';
import type { RootFetch } from '../planning/plan.ts';
import { applyRewrites } from './rewrite.ts';
import type { SourceResult } from '../../schema/source.ts';
import { walk } from './walk.ts';

/** Fetches fields of `Query` or `Mutation`. */
export async function fetchRoot(fetch: RootFetch, execution: Execution): Promise<void> {
  receiveRoot(fetch, await callSubgraph(fetch, {}, execution), execution);
}

/** Merges the result of a root fetch, or an event of a subscription's primary fetch, into the execution. */
export function receiveRoot(fetch: RootFetch, { data, errors }: SourceResult, execution: Execution): void {
  if (errors?.length) locateRootErrors(fetch, errors, execution);
  if (data) applyRewrites(fetch.outputRewrites, data, execution.context.isOfType);
  const targets: JsonObject[] = [];
  walk(execution.data, fetch.path, execution.context.isOfType, (target) => void targets.push(target));
  if (data) targets.forEach((target, index) => merge(target, index === 0 ? data : copy(data)));
  else if (errors?.length) targets.forEach(markFailed);
}
