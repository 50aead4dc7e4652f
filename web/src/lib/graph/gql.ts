import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './schema.d.ts';

/** Documents are typed from `schema/api.graphql`; `npm run check` writes the types beside this file. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { ID: string; DateTime: string; JSON: unknown };
}>();

export type { FragmentOf, ResultOf, VariablesOf } from 'gql.tada';
