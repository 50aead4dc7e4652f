import { SUBGRAPH_NAMES } from '../../../schema/facts.ts';
import { openDomainServices } from '../domain-services.ts';
import { archiveOf, waitingJobs } from '../instrumented.ts';
import { openGraph } from '../graph.ts';
import { openSubgraphs } from '../subgraphs.ts';
import { checkLiveMessages, openInternalServer, replicasOf } from '../internal-server.ts';
import type { Opening, Running } from './role.ts';

/** The work behind the answers: runs, jobs and facts of all subgraphs. It asks the graph within its own process. */
export async function openWorker({ config, log, pendingDependencies }: Opening): Promise<Running> {
  const services = await openDomainServices(config, log, {
    role: 'worker',
    publicUrl: () => config.PUBLIC_URL ?? '',
    vectors: true,
    pendingDependencies,
  });
  const host = await openSubgraphs(config, log, {
    services,
    here: SUBGRAPH_NAMES,
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
  const port = openInternalServer(config, log, checks, services.metrics);
  services.metrics.watch(() => waitingJobs(services.queue));
  services.metrics.watch(() => archiveOf(services.database));
  for (const subgraph of host.subgraphs) await subgraph.start();
  return {
    listen: (place) => port.listen(place),
    async close() {
      await Promise.all([port.close(), host.close()]);
      await services.close();
    },
  };
}
