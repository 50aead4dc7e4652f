import { isObject, merge, type JsonObject } from './merge.ts';
import { applyRewrites } from './rewrite.ts';
import type { EntityBatch, Requirement } from '../planning/plan.ts';
import { walk, type IsOfType } from './walk.ts';

/** The distinct representations of one batch, each with the response objects that its entity completes. */
export interface BatchRepresentations {
  batch: EntityBatch;
  representations: JsonObject[];
  targets: JsonObject[][];
}

export function represent(batch: EntityBatch, data: JsonObject, isOfType: IsOfType): BatchRepresentations {
  const representations: JsonObject[] = [];
  const targets: JsonObject[][] = [];
  const known = new Map<string, JsonObject[]>();
  for (const path of batch.paths) {
    walk(data, path, isOfType, (object) => {
      const representation = pick(object, batch.requires, isOfType);
      if (!representation?.__typename) return;
      applyRewrites(batch.inputRewrites, representation, isOfType);
      const key = JSON.stringify(representation);
      const same = known.get(key);
      if (same) return void same.push(object);
      const alone = [object];
      known.set(key, alone);
      representations.push(representation);
      targets.push(alone);
    });
  }
  return { batch, representations, targets };
}

/** Returns undefined if a required field is missing because an earlier fetch failed. */
function pick(source: JsonObject, requires: readonly Requirement[], isOfType: IsOfType): JsonObject | undefined {
  const picked: JsonObject = {};
  for (const required of requires) {
    if ('from' in required) {
      const value = source[required.from];
      if (value === undefined) return undefined;
      picked[required.to] = required.requires ? pickNested(value, required.requires, isOfType) : value;
    } else if (!required.on || isOfType(source.__typename, [required.on])) {
      const part = pick(source, required.requires, isOfType);
      if (part) merge(picked, part);
    }
  }
  return picked;
}

function pickNested(value: unknown, requires: readonly Requirement[], isOfType: IsOfType): unknown {
  if (Array.isArray(value)) return value.map((item) => pickNested(item, requires, isOfType));
  return isObject(value) ? (pick(value, requires, isOfType) ?? null) : null;
}
