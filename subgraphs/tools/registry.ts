import type { Graph } from '../../infra/graph/graph.ts';
import { calculate } from './calculator/calculate.ts';
import { fetchPage } from './page/fetch-page.ts';
import { searchKnowledge } from './search-knowledge.ts';
import type { Tool } from './tool.ts';

export type Registry = Map<string, Tool>;

/** The tools that come with the platform, by id. */
export function registry(graph: Graph, allowedPrivateHosts: string[]): Registry {
  const tools = [calculate, searchKnowledge(graph), fetchPage({ graph, allowedPrivateHosts })];
  return new Map(tools.map((tool) => [tool.id, tool]));
}
