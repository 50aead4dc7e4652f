import { callSubgraph } from './call-subgraph.ts';
import type { Execution } from './execution-context.ts';
import { markFailed, markMissing } from './missing-entities.ts';
import { copy, isObject, merge, type JsonObject } from './merge.ts';
import { locateEntityErrors } from './error-paths.ts';
import type { EntityFetch } from '../planning/plan.ts';
import { represent } from './representation.ts';
import { applyRewrites } from './rewrite.ts';

/** Fetches fields of entities from another subgraph. Entities that occur several times are requested once. */
export async function fetchEntities(fetch: EntityFetch, execution: Execution): Promise<void> {
  const { data, context } = execution;
  const asked = fetch.batches.map((batch) => represent(batch, data, context.isOfType));
  if (asked.every(({ targets }) => targets.length === 0)) return;

  const variables = Object.fromEntries(asked.map(({ batch, representations }) => [batch.variable, representations]));
  const result = await callSubgraph(fetch, variables, execution);
  if (result.errors?.length) locateEntityErrors({ fetch, asked }, result.errors, execution);

  for (const { batch, targets } of asked) {
    const delivered: unknown = result.data?.[batch.key];
    const entities: unknown[] = Array.isArray(delivered) ? delivered : [];
    for (const [index, same] of targets.entries()) {
      const entity: unknown = entities[index];
      if (entity === null) same.forEach(markMissing);
      if (!isObject(entity) && result.errors?.length) same.forEach(markFailed);
      if (!isObject(entity)) continue;
      applyRewrites(batch.outputRewrites, entity, context.isOfType);
      receive(same, entity);
    }
  }
}

function receive([first, ...others]: JsonObject[], entity: JsonObject): void {
  const copies = others.map(() => copy(entity));
  merge(first!, entity);
  others.forEach((other, index) => merge(other, copies[index]!));
}
