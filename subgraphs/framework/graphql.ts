import type { initGraphQLTada } from 'gql.tada';
import type { GraphDocument } from '../../infra/graph/graph.ts';
import type { introspection } from '../../schema/introspection.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

declare const tada: ReturnType<
  typeof initGraphQLTada<{ introspection: introspection; disableMasking: true; scalars: { ID: string; DateTime: string; JSON: Json } }>
>;
// Never called: selects the overload of gql.tada that accepts any text. Only its types are used, so nothing is parsed
// at run time.
const typed = <const Text extends string>(text: Text) => tada(text);
type Typed<Text extends string> = ReturnType<typeof typed<Text>>;
type DataOf<Text extends string> = Typed<Text> extends { __apiType?: (variables: never) => infer Data } ? Data : never;
type VariablesIn<Text extends string> = Typed<Text> extends { __apiType?: (variables: infer Variables) => unknown } ? Variables : never;

/** The paths of fields that are not in the schema: gql.tada types them as `unknown`. */
type Misspelt<Data, Path extends string = 'data'> = unknown extends Data
  ? Path
  : Json extends Data
    ? never
    : Data extends readonly (infer Item)[]
      ? Misspelt<Item, Path>
      : Data extends object
        ? { [Key in keyof Data & string]: Misspelt<Data[Key], `${Path}.${Key}`> }[keyof Data & string]
        : never;
type Check<Text extends string> = [Misspelt<DataOf<Text>>] extends [never] ? unknown : { 'is not in the schema': Misspelt<DataOf<Text>> };

/** Types a document for `graph.ask` from the schemas of the subgraphs: an unknown field is a compile error. */
export function graphql<const Text extends string>(text: Text & Check<Text>): GraphDocument<DataOf<Text>, VariablesIn<Text>> {
  return text as string as GraphDocument<DataOf<Text>, VariablesIn<Text>>;
}

/** The type of `data` that `graph.ask` returns for a document. */
export type ResultOf<Document> = Document extends GraphDocument<infer Data, infer _> ? Data : never;
