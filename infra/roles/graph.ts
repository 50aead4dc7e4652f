import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openOwnGraph } from '../../gateway/own-graph.ts';
import { RemoteSource } from '../../gateway/sources/remote.ts';
import type { SubgraphName } from '../../schema/facts.ts';
import type { Source } from '../../schema/source.ts';
import type { Config } from '../config.ts';
import type { Graph } from '../graph/graph.ts';
import type { Ground } from '../ground.ts';
import type { IdentityTokens } from '../identity.ts';
import type { Log } from '../log.ts';
import { watchedSource } from '../watched.ts';
import { urlSettingOf } from './role.ts';

/** How each subgraph is reached, by its name. */
export type Sources = ReadonlyMap<string, Source>;

export function readSdl(name: 'supergraph' | 'api'): string {
  return readFileSync(resolve(`schema/${name}.graphql`), 'utf8');
}

/** What a role without a door asks. */
export function openGraph(config: Config, log: Log, sources: Sources): Promise<Graph> {
  return openOwnGraph({ supergraphSdl: readSdl('supergraph'), apiSdl: readSdl('api'), sources, plannerName: config.QUERY_PLANNER, log });
}

export function remoteSources(config: Config, identities: IdentityTokens, names: readonly SubgraphName[]): Map<SubgraphName, RemoteSource> {
  return new Map(names.map((name) => [name, new RemoteSource({ name, urls: config[urlSettingOf(name)], identities })]));
}

export function watchedSources(sources: Sources, watchers: Pick<Ground, 'metrics' | 'traces'>): Sources {
  return new Map([...sources].map(([name, source]) => [name, watchedSource(name, source, watchers)]));
}
