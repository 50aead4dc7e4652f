import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { isObject, type JsonObject } from './merge.ts';
import type { Path } from '../planning/plan.ts';

/** A path in the response, as in `errors[].path`. */
export type ResponsePath = (string | number)[];

/** Returns whether a type is one of `names`, or implements or is a member of one of them. */
export type IsOfType = (typename: unknown, names: readonly string[]) => boolean;

/** Uses the full schema, because subgraph data may be of `@inaccessible` types. */
export function typeTest(supergraph: GraphQLSchema): IsOfType {
  return (typename, names) => {
    if (typeof typename !== 'string') return false;
    if (names.includes(typename)) return true;
    const type = supergraph.getType(typename);
    if (!isObjectType(type) && !isInterfaceType(type)) return false;
    return names.some((name) => {
      const wider = supergraph.getType(name);
      return isAbstractType(wider) && supergraph.isSubType(wider, type);
    });
  };
}

/** Visits every object at the end of the path. `at` is mutated after the callback; copy it to keep it. */
export function walk(root: unknown, path: Path, isOfType: IsOfType, found: (object: JsonObject, at: ResponsePath) => void): void {
  const at: ResponsePath = [];
  step(root, 0);

  function step(value: unknown, depth: number): void {
    if (Array.isArray(value)) return value.forEach((item, index) => down(item, index, depth));
    if (!isObject(value)) return;
    if (depth === path.length) return found(value, at);
    const next = path[depth]!;
    if (typeof next === 'string') down(value[next], next, depth + 1);
    // An object without `__typename` is assumed to match.
    else if (value.__typename === undefined || isOfType(value.__typename, next.on)) step(value, depth + 1);
  }

  function down(value: unknown, key: string | number, depth: number): void {
    at.push(key);
    step(value, depth);
    at.pop();
  }
}
