/** The subgraphs, which are also the roles that serve one of them. */
export const SUBGRAPH_NAMES = ['users', 'assistants', 'conversations', 'knowledge', 'tools', 'analytics'] as const;

export type SubgraphName = (typeof SUBGRAPH_NAMES)[number];
