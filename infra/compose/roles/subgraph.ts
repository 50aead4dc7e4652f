import type { Checks } from '../../http/health.ts';
import type { SubgraphName } from '../../../schema/subgraphs.ts';
import { serveSubgraph } from '../../../subgraphs/framework/serve.ts';
import { openDomainServices } from '../domain-services.ts';
import { openGraph } from '../graph.ts';
import { openSubgraphs } from '../subgraphs.ts';
import { checkLiveMessages, openInternalServer, replicasOf } from '../internal-server.ts';
import type { Opening, Running } from './role.ts';

/** Serves one subgraph to gateways and other processes. Its jobs run in workers. */
export async function openSubgraphRole(name: SubgraphName, { config, log, pendingDependencies }: Opening): Promise<Running> {
  const publicUrl = () => config.PUBLIC_URL ?? '';
  const services = await openDomainServices(config, log, { role: name, publicUrl, vectors: name === 'knowledge', pendingDependencies });
  const host = await openSubgraphs(config, log, { services, local: [name], openGraph: (sources) => openGraph(config, log, sources) });
  const [{ source }] = host.subgraphs as [(typeof host.subgraphs)[number]];
  const others: Checks['others'] = { bus: () => checkLiveMessages(services.bus), ...replicasOf(services.database) };
  if (name === 'knowledge') Object.assign(others, { files: () => services.files.ping(), vectors: () => services.vectors.ping() });
  const checks = { vital: { database: () => services.database.ping() }, others };
  const server = openInternalServer(config, log, checks, services.metrics);
  const served = serveSubgraph(server.app, { name, source, identities: services.identities, log });
  return {
    listen: (place) => server.listen(place),
    async close() {
      await Promise.all([server.close(), served.close()]);
      await host.close();
      await services.close();
    },
  };
}
