import { isEnumType, isSpecifiedScalarType, type GraphQLLeafType } from 'graphql';

/** The value as it may stand in a response, or undefined for one that is not of the type. */
export type ReadLeaf = (value: {}) => unknown;

const MAX_INT = 2 ** 31 - 1;

const BUILT_IN: Record<string, ReadLeaf> = {
  Int: (value) => (Number.isInteger(value) && Math.abs(value as number) <= MAX_INT + (Number(value) < 0 ? 1 : 0) ? value : undefined),
  Float: (value) => (Number.isFinite(value) ? value : undefined),
  String: (value) => (typeof value === 'string' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  ID: (value) => (typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined),
};

/** What the specification asks of results; a scalar of the schema's own may hold anything. */
export function leafReader(type: GraphQLLeafType): ReadLeaf {
  if (isEnumType(type)) return (value) => (typeof value === 'string' && type.getValue(value) ? value : undefined);
  return (isSpecifiedScalarType(type) ? BUILT_IN[type.name] : undefined) ?? ((value) => value);
}
