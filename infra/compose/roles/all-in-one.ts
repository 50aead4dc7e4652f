import { CostLimiter } from '../../../gateway/limits/cost-limiter.ts';
import { SUBGRAPH_NAMES } from '../../../schema/subgraphs.ts';
import { openDomainServices } from '../domain-services.ts';
import { archiveReadings } from '../../database/readings.ts';
import { waitingJobs } from '../../queue/readings.ts';
import { addressOf } from '../address.ts';
import { openPublicServer, openGateway } from '../public-server.ts';
import { openSubgraphs } from '../subgraphs.ts';
import { checkLiveMessages, replicasOf } from '../internal-server.ts';
import type { Opening, Running } from './role.ts';

/** Opens the whole product in this process. */
export async function openAllInOne({ config, log, pendingDependencies }: Opening): Promise<Running> {
  let publicUrl = config.PUBLIC_URL;
  const services = await openDomainServices(config, log, {
    role: 'everything',
    publicUrl: () => publicUrl ?? '',
    vectors: true,
    pendingDependencies,
  });
  const costLimiter = new CostLimiter();
  const host = await openSubgraphs(config, log, {
    services,
    local: SUBGRAPH_NAMES,
    openGraph: (sources) => openGateway(config, log, { sources, costLimiter }),
  });
  services.metrics.watch(() => waitingJobs(services.queue));
  services.metrics.watch(() => archiveReadings(services.database));
  for (const subgraph of host.subgraphs) await subgraph.start();
  const checks = {
    vital: { database: () => services.database.ping() },
    others: {
      files: () => services.files.ping(),
      vectors: () => services.vectors.ping(),
      bus: () => checkLiveMessages(services.bus),
      ...replicasOf(services.database),
    },
  };
  const server = await openPublicServer(config, log, { services, gateway: host.graph, costLimiter, checks });
  return {
    async listen(place) {
      await server.listen(place);
      const url = addressOf(config, server.port);
      publicUrl ??= url;
      return url;
    },
    async close() {
      await server.close();
      await host.close();
      await host.graph.stop();
      await services.close();
    },
  };
}
