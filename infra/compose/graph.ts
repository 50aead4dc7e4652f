import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openInternalGraph } from '../../gateway/execution/internal-graph.ts';
import { RemoteSource } from '../../gateway/sources/remote.ts';
import type { SubgraphName } from '../../schema/subgraphs.ts';
import type { Source } from '../../schema/source.ts';
import type { Config } from '../config.ts';
import type { Graph } from '../graph/graph.ts';
import type { ProcessServices } from './process-services.ts';
import type { IdentityTokens } from '../tokens/identity.ts';
import type { Log } from '../log.ts';
import { instrumentedSource } from '../graph/instrumented.ts';
import { urlSettingOf } from './roles/role.ts';

/** The sources of the graph by subgraph name. */
export type Sources = ReadonlyMap<string, Source>;

export function readSdl(name: 'supergraph' | 'api'): string {
  return readFileSync(resolve(`schema/${name}.graphql`), 'utf8');
}

/** Opens the graph for roles without a gateway. */
export function openGraph(config: Config, log: Log, sources: Sources): Promise<Graph> {
  return openInternalGraph({
    supergraphSdl: readSdl('supergraph'),
    apiSdl: readSdl('api'),
    sources,
    plannerName: config.QUERY_PLANNER,
    log,
  });
}

export function remoteSources(config: Config, identities: IdentityTokens, names: readonly SubgraphName[]): Map<SubgraphName, RemoteSource> {
  return new Map(names.map((name) => [name, new RemoteSource({ name, urls: config[urlSettingOf(name)], identities })]));
}

export function instrumentedSources(sources: Sources, watchers: Pick<ProcessServices, 'metrics' | 'traces'>): Sources {
  return new Map([...sources].map(([name, source]) => [name, instrumentedSource(name, source, watchers)]));
}
