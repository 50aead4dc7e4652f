import { isEnumType, isSpecifiedScalarType, type GraphQLLeafType } from 'graphql';

/** Returns the serialized value, or undefined if it does not match the type. */
export type ReadLeaf = (value: {}) => unknown;

const MAX_INT = 2 ** 31 - 1;

const BUILT_IN: Record<string, ReadLeaf> = {
  Int: (value) => (Number.isInteger(value) && Math.abs(value as number) <= MAX_INT + (Number(value) < 0 ? 1 : 0) ? value : undefined),
  Float: (value) => (Number.isFinite(value) ? value : undefined),
  String: (value) => (typeof value === 'string' ? value : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  ID: (value) => (typeof value === 'string' ? value : Number.isSafeInteger(value) ? String(value) : undefined),
};

/** Result coercion of the specification (§3.5); custom scalars accept any value. */
export function leafReader(type: GraphQLLeafType): ReadLeaf {
  if (isEnumType(type)) return (value) => (typeof value === 'string' && type.getValue(value) ? value : undefined);
  return (isSpecifiedScalarType(type) ? BUILT_IN[type.name] : undefined) ?? ((value) => value);
}
