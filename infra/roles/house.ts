import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Gateway, type GatewayOptions } from '../../gateway/gateway.ts';
import { local } from '../../gateway/sources/local.ts';
import { RemoteSource } from '../../gateway/sources/remote.ts';
import type { SubgraphName } from '../../schema/facts.ts';
import type { Source } from '../../schema/source.ts';
import { all } from '../../subgraphs/all.ts';
import { openSubgraph, type OpenSubgraph } from '../../subgraphs/open.ts';
import type { Ports } from '../../subgraphs/subgraph.ts';
import type { Config } from '../config.ts';
import { LateGraph } from '../graph/late.ts';
import type { IdentityTokens } from '../identity.ts';
import type { Log } from '../log.ts';
import type { Ground, Platform } from '../platform.ts';
import { tracedSource, watchedSource } from '../watched.ts';
import { replicasOf } from './port.ts';
import { urlSettingOf } from './role.ts';

/** Subgraphs that answer in this process, and the graph over them and over those that answer elsewhere. */
export interface House {
  subgraphs: OpenSubgraph[];
  gateway: Gateway;
  close(): Promise<void>;
}

interface Options extends Pick<GatewayOptions, 'admission'> {
  platform: Platform;
  /** Which subgraphs answer here. */
  here: readonly SubgraphName[];
}

export async function openHouse(config: Config, log: Log, { platform, here, admission }: Options): Promise<House> {
  const graph = new LateGraph();
  const ports = portsOf(config, log, platform, graph);
  const subgraphs: OpenSubgraph[] = [];
  // One after the other: the metadata of type-graphql are the whole process's.
  for (const subgraph of all.filter(({ name }) => here.includes(name))) {
    const em = await platform.database.connect(subgraph);
    const read = await platform.database.reader(subgraph, em);
    subgraphs.push(traced(await openSubgraph(subgraph, ports, { em, read }), platform));
  }
  const elsewhere = remoteSources(
    config,
    platform.identities,
    all.map(({ name }) => name).filter((name) => !here.includes(name)),
  );
  const sources = new Map<string, Source>([...subgraphs.map(({ name, source }) => [name, local(source)] as const), ...elsewhere]);
  const gateway = await openGateway(config, log, { ...platform, sources, admission });
  graph.connect(gateway);
  return {
    subgraphs,
    gateway,
    async close() {
      for (const subgraph of subgraphs.toReversed()) await subgraph.stop();
      await gateway.stop();
      for (const source of elsewhere.values()) await source.close();
    },
  };
}

function traced(subgraph: OpenSubgraph, { traces }: Ground): OpenSubgraph {
  return { ...subgraph, source: tracedSource(subgraph.name, subgraph.source, traces) };
}

export async function openGateway(
  config: Config,
  log: Log,
  { sources, admission, metrics, traces }: Pick<GatewayOptions, 'sources' | 'admission'> & Pick<Ground, 'metrics' | 'traces'>,
): Promise<Gateway> {
  const supergraphSdl = readFileSync(resolve('schema/supergraph.graphql'), 'utf8');
  const watched = new Map([...sources].map(([name, source]) => [name, watchedSource(name, source, { metrics, traces })] as const));
  const gateway = new Gateway({
    supergraphSdl,
    sources: watched,
    plannerName: config.QUERY_PLANNER,
    log,
    ...(admission ? { admission } : {}),
  });
  await gateway.load();
  return gateway;
}

export function remoteSources(config: Config, identities: IdentityTokens, names: readonly SubgraphName[]): Map<SubgraphName, RemoteSource> {
  return new Map(names.map((name) => [name, new RemoteSource({ name, urls: config[urlSettingOf(name)], identities })]));
}

function portsOf(config: Config, log: Log, platform: Platform, graph: LateGraph): Ports {
  const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string };
  return {
    ...platform,
    graph,
    log,
    values: {
      maxUploadBytes: config.MAX_UPLOAD_MB * 1024 * 1024,
      runLeaseMs: config.RUN_LEASE_MS,
      runsPerWorker: config.RUNS_PER_WORKER,
      allowedPrivateHosts: config.ALLOWED_PRIVATE_HOSTS,
      version,
    },
    probes: { database: () => platform.database.ping(), queue: () => platform.queue.ping(), ...replicasOf(platform.database) },
  };
}
