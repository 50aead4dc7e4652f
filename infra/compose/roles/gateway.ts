import { CostLimiter } from '../../../gateway/limits/cost-limiter.ts';
import { SUBGRAPH_NAMES } from '../../../schema/subgraphs.ts';
import { openProcessServices } from '../process-services.ts';
import { addressOf } from '../address.ts';
import { openPublicServer, openGateway } from '../public-server.ts';
import { remoteSources, instrumentedSources } from '../graph.ts';
import { checkLiveMessages } from '../internal-server.ts';
import type { Opening, Running } from './role.ts';

/** Longer than a proxy takes to notice that a gateway is no longer ready. */
const LEAVING_MS = 2_500;

/** Opens the public server over remote subgraphs. It is stateless, so it can be replicated. */
export async function openGatewayRole({ config, log, pendingDependencies }: Opening): Promise<Running> {
  const services = await openProcessServices(config, log, {
    role: 'gateway',
    publicUrl: () => config.PUBLIC_URL ?? '',
    pendingDependencies,
  });
  const sources = remoteSources(config, services.identities, SUBGRAPH_NAMES);
  const costLimiter = new CostLimiter();
  const gateway = await openGateway(config, log, { sources: instrumentedSources(sources, services), costLimiter });
  // Authentication needs the users subgraph; without another one only its fields are missing.
  const { users, ...rest } = Object.fromEntries([...sources].map(([name, source]) => [name, () => source.ping()]));
  const checks = {
    vital: { users: users! },
    others: { ...rest, files: () => services.files.ping(), bus: () => checkLiveMessages(services.bus) },
  };
  const server = await openPublicServer(config, log, { services, gateway, costLimiter, checks, leavingMs: LEAVING_MS });
  return {
    async listen(place) {
      await server.listen(place);
      return addressOf(config, server.port);
    },
    async close() {
      await server.close();
      await gateway.stop();
      for (const source of sources.values()) await source.close();
      await services.close();
    },
  };
}
