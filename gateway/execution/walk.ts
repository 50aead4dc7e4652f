import { isAbstractType, isInterfaceType, isObjectType, type GraphQLSchema } from 'graphql';
import { isObject, type JsonObject } from './merge.ts';
import type { Path } from '../planning/plan.ts';

/** Where something is in the response. */
export type ResponsePath = (string | number)[];

/** Whether the type of that name is one of `names` or belongs to one of them. */
export type IsOfType = (typename: unknown, names: readonly string[]) => boolean;

/** Asks the supergraph, not the public schema: data on their way may be of types that clients cannot see. */
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

/** Every object at the end of the path, with its place; `place` changes afterwards, so whoever keeps it copies it. */
export function walk(root: unknown, path: Path, isOfType: IsOfType, found: (object: JsonObject, place: ResponsePath) => void): void {
  const place: ResponsePath = [];
  step(root, 0);

  function step(value: unknown, depth: number): void {
    if (Array.isArray(value)) return value.forEach((item, index) => down(item, index, depth));
    if (!isObject(value)) return;
    if (depth === path.length) return found(value, place);
    const next = path[depth]!;
    if (typeof next === 'string') down(value[next], next, depth + 1);
    // Without a name nothing says that the object is of another type.
    else if (value.__typename === undefined || isOfType(value.__typename, next.on)) step(value, depth + 1);
  }

  function down(value: unknown, key: string | number, depth: number): void {
    place.push(key);
    step(value, depth);
    place.pop();
  }
}
