import type { Identity } from '../../schema/viewer.ts';
import type { Graph, GraphDocument } from './graph.ts';

/** The circle between subgraphs, which ask the graph, and the graph, which asks the subgraphs, is tied here. */
export class DeferredGraph implements Graph {
  #graph: Graph | undefined;

  connect(graph: Graph): void {
    this.#graph = graph;
  }

  async ask<Data, Variables extends Record<string, unknown>>(
    document: GraphDocument<Data, Variables>,
    variables: Variables,
    identity: Identity,
  ): Promise<Data> {
    if (!this.#graph) throw new Error('The graph was asked before it was connected.');
    return this.#graph.ask(document, variables, identity);
  }
}
