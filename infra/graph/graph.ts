import type { Identity } from '../../schema/viewer.ts';

declare const types: unique symbol;

/** A GraphQL document as text, with the types of its variables and of its `data`; made by `graphql` in `subgraphs/framework/graphql.ts`. */
export type GraphDocument<Data, Variables> = string & { readonly [types]: (variables: Variables) => Data };

/** Lets a subgraph query others through the public graph, planned and authorised like a client's operation. */
export interface Graph {
  /** Resolves to `data`. Rejects with the `Failure` of the first GraphQL error. */
  ask<Data, Variables extends Record<string, unknown>>(
    document: GraphDocument<Data, Variables>,
    variables: Variables,
    identity: Identity,
  ): Promise<Data>;
}
