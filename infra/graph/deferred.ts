import type { Identity } from '../../schema/viewer.ts';
import type { Graph, GraphDocument } from './graph.ts';

/** Breaks the dependency cycle between subgraphs, which query the graph, and the graph, which queries them. */
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
    if (!this.#graph) throw new Error('The graph was queried before it was connected.');
    return this.#graph.ask(document, variables, identity);
  }
}
