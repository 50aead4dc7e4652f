import type { Identity } from '../../schema/viewer.ts';

/** How a subgraph asks another: a document for the public graph, planned and authorised like a person's query. */
export interface Graph {
  /** Resolves to `data`; any GraphQL error is thrown as the `Failure` of its code. */
  ask<Data = any>(document: string, variables: Record<string, unknown>, identity: Identity): Promise<Data>;
}
