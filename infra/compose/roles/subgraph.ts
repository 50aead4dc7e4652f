import type { Checks } from '../../http/health.ts';
import type { SubgraphName } from '../../../schema/facts.ts';
import { serveSubgraph } from '../../../subgraphs/serve.ts';
import { openDomainServices } from '../domain-services.ts';
import { openGraph } from '../graph.ts';
import { openSubgraphs } from '../subgraphs.ts';
import { checkLiveMessages, openInternalServer, replicasOf } from '../internal-server.ts';
import type { Opening, Running } from './role.ts';

/** One subgraph's answers, for gateways and for other subgraphs; its jobs are the workers'. */
export async function openSubgraphRole(name: SubgraphName, { config, log, pendingDependencies }: Opening): Promise<Running> {
  const publicUrl = () => config.PUBLIC_URL ?? '';
  const services = await openDomainServices(config, log, { role: name, publicUrl, vectors: name === 'knowledge', pendingDependencies });
  const host = await openSubgraphs(config, log, { services, here: [name], openGraph: (sources) => openGraph(config, log, sources) });
  const [{ source }] = host.subgraphs as [(typeof host.subgraphs)[number]];
  const others: Checks['others'] = { bus: () => checkLiveMessages(services.bus), ...replicasOf(services.database) };
  if (name === 'knowledge') Object.assign(others, { files: () => services.files.ping(), vectors: () => services.vectors.ping() });
  const checks = { vital: { database: () => services.database.ping() }, others };
  const port = openInternalServer(config, log, checks, services.metrics);
  const served = serveSubgraph(port.app, { name, source, identities: services.identities, log });
  return {
    listen: (place) => port.listen(place),
    async close() {
      await Promise.all([port.close(), served.close()]);
      await host.close();
      await services.close();
    },
  };
}
