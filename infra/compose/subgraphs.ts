import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { local } from '../../gateway/sources/local.ts';
import type { SubgraphName } from '../../schema/subgraphs.ts';
import type { Source } from '../../schema/source.ts';
import { all } from '../../subgraphs/all.ts';
import { openSubgraph, type OpenSubgraph } from '../../subgraphs/framework/open.ts';
import type { Ports } from '../../subgraphs/framework/subgraph.ts';
import type { Config } from '../config.ts';
import type { Graph } from '../graph/graph.ts';
import { DeferredGraph } from '../graph/deferred.ts';
import type { ProcessServices } from './process-services.ts';
import type { Log } from '../log.ts';
import type { DomainServices } from './domain-services.ts';
import { tracedSource } from '../graph/instrumented.ts';
import { remoteSources, instrumentedSources, type Sources } from './graph.ts';
import { replicasOf } from './internal-server.ts';

/** The subgraphs of this process, and the graph over these local and all remote ones. */
export interface SubgraphHost<G extends Graph> {
  subgraphs: OpenSubgraph[];
  graph: G;
  close(): Promise<void>;
}

interface Options<G extends Graph> {
  services: DomainServices;
  /** Subgraphs to open in this process; the others are remote. */
  local: readonly SubgraphName[];
  openGraph: (sources: Sources) => Promise<G>;
}

export async function openSubgraphs<G extends Graph>(
  config: Config,
  log: Log,
  { services, local: localNames, openGraph }: Options<G>,
): Promise<SubgraphHost<G>> {
  const deferred = new DeferredGraph();
  const ports = portsOf(config, log, services, deferred);
  const subgraphs: OpenSubgraph[] = [];
  // Sequential, because type-graphql's metadata storage is global to the process.
  for (const subgraph of all.filter(({ name }) => localNames.includes(name))) {
    const em = await services.database.connect(subgraph);
    const read = await services.database.replicaReader(subgraph, em);
    subgraphs.push(traced(await openSubgraph(subgraph, ports, { em, read }), services));
  }
  const remote = remoteSources(
    config,
    services.identities,
    all.map(({ name }) => name).filter((name) => !localNames.includes(name)),
  );
  const sources = new Map<string, Source>([...subgraphs.map(({ name, source }) => [name, local(source)] as const), ...remote]);
  const graph = await openGraph(instrumentedSources(sources, services));
  deferred.connect(graph);
  return {
    subgraphs,
    graph,
    async close() {
      for (const subgraph of subgraphs.toReversed()) await subgraph.stop();
      for (const source of remote.values()) await source.close();
    },
  };
}

function traced(subgraph: OpenSubgraph, { traces }: ProcessServices): OpenSubgraph {
  return { ...subgraph, source: tracedSource(subgraph.name, subgraph.source, traces) };
}

function portsOf(config: Config, log: Log, services: DomainServices, graph: DeferredGraph): Ports {
  const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string };
  return {
    ...services,
    graph,
    log,
    values: {
      maxUploadBytes: config.MAX_UPLOAD_MB * 1024 * 1024,
      ocr: config.OCR === 'on',
      runLeaseMs: config.RUN_LEASE_MS,
      runsPerWorker: config.RUNS_PER_WORKER,
      // Even in a small process, one user must not occupy every slot.
      runsPerPerson: Math.min(config.RUNS_PER_PERSON, Math.ceil(config.RUNS_PER_WORKER / 2)),
      runsWaitingPerPerson: config.RUNS_WAITING_PER_PERSON,
      quotas: {
        MESSAGES_PER_DAY: config.QUOTA_MESSAGES_PER_DAY,
        TOKENS_PER_DAY: config.QUOTA_TOKENS_PER_DAY,
        KNOWLEDGE_BASES: config.QUOTA_KNOWLEDGE_BASES,
        DOCUMENTS: config.QUOTA_DOCUMENTS,
        STORAGE_BYTES: config.QUOTA_STORAGE_MB * 1024 * 1024,
      },
      allowedPrivateHosts: config.ALLOWED_PRIVATE_HOSTS,
      signUp: { mode: config.SIGN_UP, domains: config.SIGN_UP_DOMAINS },
      freeSignIns: Math.ceil(config.SIGN_INS_PER_MINUTE / 2),
      version,
    },
    probes: { database: () => services.database.ping(), queue: () => services.queue.ping(), ...replicasOf(services.database) },
  };
}
