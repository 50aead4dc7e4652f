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

/** Applies the renames of a subgraph's result to the path of an error in it. */
export function rewritePath(rewrites: readonly Rewrite[], errorPath: ResponsePath): ResponsePath {
  const rewritten = [...errorPath];
  for (const { path, field, renameTo } of rewrites) {
    if (renameTo === undefined) continue;
    const names = [...path.filter((step) => typeof step === 'string'), field];
    const fields = [...errorPath.keys()].filter((index) => typeof errorPath[index] === 'string');
    if (names.every((name, depth) => errorPath[fields[depth]!] === name)) rewritten[fields[names.length - 1]!] = renameTo;
  }
  return rewritten;
}
