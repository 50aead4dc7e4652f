import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { introspectionFromSchema, type GraphQLSchema, type IntrospectionType } from 'graphql';

/** Types and fields that federation adds: `_service`, `_Entity`, `federation__FieldSet`. */
const isFederation = ({ name }: { name: string }) => name.startsWith('_') || name.includes('__');

/** Prints the merged types of all subgraphs as one TypeScript type, from which `graphql` in `graphql.ts` types documents. */
export function printTypes(schemas: GraphQLSchema[]): string {
  const merged = new Map<string, IntrospectionType>();
  for (const schema of schemas) {
    for (const type of introspectionFromSchema(schema).__schema.types) merged.set(type.name, merge(merged.get(type.name), type));
  }
  const types = [...merged.values()].filter((type) => !isFederation(type)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const [queryType, mutationType, subscriptionType] = ['Query', 'Mutation', 'Subscription'].map((name) => ({
    kind: 'OBJECT' as const,
    name,
  }));
  const whole = { __schema: { queryType: queryType!, mutationType, subscriptionType, types, directives: [] } };
  const text = outputIntrospectionFile(minifyIntrospection(whole), { fileType: '.d.ts', shouldPreprocess: true });
  // Removes the declaration that sets the schema of gql.tada's own `graphql`, because the web client sets another.
  return text.slice(0, text.indexOf('import * as gqlTada'));
}

/** Merges the fields that several subgraphs define on one object type. */
function merge(known: IntrospectionType | undefined, type: IntrospectionType): IntrospectionType {
  if (type.kind !== 'OBJECT') return known ?? type;
  const before = known?.kind === 'OBJECT' ? known.fields : [];
  const added = type.fields.filter((field) => !isFederation(field) && !before.some(({ name }) => name === field.name));
  return { ...type, fields: [...before, ...added].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
