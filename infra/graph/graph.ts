import type { Identity } from '../../schema/viewer.ts';

declare const types: unique symbol;

/** The text of a GraphQL document with the types of its variables and of its `data`; made by `graphql` in `subgraphs/graphql.ts`. */
export type GraphDocument<Data, Variables> = string & { readonly [types]: (variables: Variables) => Data };

/** How a subgraph asks another: a document for the public graph, planned and authorised like a person's query. */
export interface Graph {
  /** Resolves to `data`; any GraphQL error is thrown as the `Failure` of its code. */
  ask<Data, Variables extends Record<string, unknown>>(
    document: GraphDocument<Data, Variables>,
    variables: Variables,
    identity: Identity,
  ): Promise<Data>;
}
