import { createHash } from 'node:crypto';
import {
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { PlainSource, subgraphSchema } from './plain-source.ts';

const hash = (seed: string) => createHash('sha1').update(seed).digest();
const LEAVES: Record<string, (seed: string) => unknown> = {
  ID: (seed) => hash(seed).toString('hex').slice(0, 12),
  Int: (seed) => hash(seed)[0],
  Float: (seed) => hash(seed)[0]! / 4,
  Boolean: (seed) => hash(seed)[0]! % 2 === 0,
  DateTime: (seed) => new Date(hash(seed).readUInt32BE() * 1000),
  JSON: (seed) => ({ of: [seed, null, { deep: true }] }),
};

/** Answers any operation with values that depend only on the path, the arguments and the id. */
export function toySubgraph(sdl: string): PlainSource {
  return new PlainSource(subgraphSchema({ sdl, resolvers: {} }), resolve);
}

const resolve: GraphQLFieldResolver<any, unknown> = (source, given, _, { fieldName, parentType, returnType, schema }) => {
  if (source?.[fieldName] !== undefined) return source[fieldName];
  return make(returnType, `${source?.id ?? source?.seed ?? ''}/${parentType.name}.${fieldName}${JSON.stringify(given)}`, schema);
};

function make(type: GraphQLOutputType, seed: string, schema: GraphQLSchema): unknown {
  if (!isNonNullType(type) && hash(seed)[1]! % 5 === 0) return null;
  const present = getNullableType(type);
  if (isListType(present)) return Array.from({ length: hash(seed)[2]! % 4 }, (_, index) => make(present.ofType, `${seed}${index}`, schema));
  if (isEnumType(present)) return present.getValues()[hash(seed)[3]! % present.getValues().length]!.name;
  if (isAbstractType(present)) {
    const types = schema.getPossibleTypes(present);
    return { __typename: types[hash(seed)[4]! % types.length]!.name, id: LEAVES['ID']!(seed), seed };
  }
  if ('getFields' in present) return { __typename: present.name, id: LEAVES['ID']!(seed), seed };
  return (LEAVES[present.name] ?? ((text: string) => `text of ${text}`))(seed);
}

/** Returns a value for every variable of an operation. */
export function toyVariables({ variableDefinitions }: OperationDefinitionNode, schema: GraphQLSchema): Record<string, unknown> {
  return Object.fromEntries(
    (variableDefinitions ?? []).map(({ variable, type }) => [
      variable.name.value,
      input(typeFromAST(schema, type as never) as GraphQLInputType),
    ]),
  );
}

function input(type: GraphQLInputType): unknown {
  const present = getNullableType(type);
  if (isListType(present)) return [input(present.ofType)];
  if (isEnumType(present)) return present.getValues()[0]!.name;
  if (isInputObjectType(present))
    return Object.fromEntries(Object.values(present.getFields()).map((field) => [field.name, input(field.type)]));
  const leaves: Record<string, unknown> = {
    Int: 3,
    Float: 0.5,
    Boolean: true,
    DateTime: '2026-01-01T00:00:00.000Z',
    JSON: { any: 'thing' },
  };
  return leaves[present.name] ?? `a ${present.name}`;
}
