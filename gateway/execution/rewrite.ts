import type { JsonObject } from './merge.ts';
import type { Rewrite } from '../planning/plan.ts';
import { walk, type IsOfType, type ResponsePath } from './walk.ts';

/** Changes `value` in place. */
export function applyRewrites(rewrites: readonly Rewrite[], value: unknown, isOfType: IsOfType): void {
  for (const rewrite of rewrites) walk(value, rewrite.path, isOfType, (object) => applyTo(object, rewrite));
}

function applyTo(object: JsonObject, { field, renameTo, value }: Rewrite): void {
  if (renameTo === undefined) {
    object[field] = value;
  } else if (object[field] !== undefined) {
    object[renameTo] = object[field];
    object[field] = undefined;
  }
}

/** The place of an error in what a subgraph answered, once the answer is rewritten. */
export function rewritePath(rewrites: readonly Rewrite[], place: ResponsePath): ResponsePath {
  const rewritten = [...place];
  for (const { path, field, renameTo } of rewrites) {
    if (renameTo === undefined) continue;
    const names = [...path.filter((step) => typeof step === 'string'), field];
    const fields = [...place.keys()].filter((index) => typeof place[index] === 'string');
    if (names.every((name, depth) => place[fields[depth]!] === name)) rewritten[fields[names.length - 1]!] = renameTo;
  }
  return rewritten;
}
