import { SUBGRAPH_NAMES } from '../../../schema/subgraphs.ts';
import { openDomainServices } from '../domain-services.ts';
import { archiveReadings } from '../../database/readings.ts';
import { waitingJobs } from '../../queue/readings.ts';
import { openGraph } from '../graph.ts';
import { openSubgraphs } from '../subgraphs.ts';
import { checkLiveMessages, openInternalServer, replicasOf } from '../internal-server.ts';
import type { Opening, Running } from './role.ts';

/** Processes runs, jobs and events of all subgraphs. Queries the graph in its own process. */
export async function openWorker({ config, log, pendingDependencies }: Opening): Promise<Running> {
  const services = await openDomainServices(config, log, {
    role: 'worker',
    publicUrl: () => config.PUBLIC_URL ?? '',
    vectors: true,
    pendingDependencies,
  });
  const host = await openSubgraphs(config, log, {
    services,
    local: SUBGRAPH_NAMES,
    openGraph: (sources) => openGraph(config, log, sources),
  });
  const checks = {
    vital: { database: () => services.database.ping(), queue: () => services.queue.ping() },
    others: {
      files: () => services.files.ping(),
      vectors: () => services.vectors.ping(),
      bus: () => checkLiveMessages(services.bus),
      ...replicasOf(services.database),
    },
  };
  const server = openInternalServer(config, log, checks, services.metrics);
  services.metrics.watch(() => waitingJobs(services.queue));
  services.metrics.watch(() => archiveReadings(services.database));
  for (const subgraph of host.subgraphs) await subgraph.start();
  return {
    listen: (place) => server.listen(place),
    async close() {
      await Promise.all([server.close(), host.close()]);
      await services.close();
    },
  };
}
