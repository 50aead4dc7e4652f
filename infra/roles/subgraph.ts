import type { Checks } from '../../gateway/health.ts';
import type { SubgraphName } from '../../schema/facts.ts';
import { serveSubgraph } from '../../subgraphs/serve.ts';
import { openPlatform } from '../platform.ts';
import { openGraph } from './graph.ts';
import { openHouse } from './house.ts';
import { hears, openPort, replicasOf } from './port.ts';
import type { Opening, Running } from './role.ts';

/** One subgraph's answers, for gateways and for other subgraphs; its jobs are the workers'. */
export async function openSubgraphRole(name: SubgraphName, { config, log, awaited }: Opening): Promise<Running> {
  const publicUrl = () => config.PUBLIC_URL ?? '';
  const platform = await openPlatform(config, log, { role: name, publicUrl, vectors: name === 'knowledge', awaited });
  const house = await openHouse(config, log, { platform, here: [name], openGraph: (sources) => openGraph(config, log, sources) });
  const [{ source }] = house.subgraphs as [(typeof house.subgraphs)[number]];
  const others: Checks['others'] = { bus: () => hears(platform.bus), ...replicasOf(platform.database) };
  if (name === 'knowledge') Object.assign(others, { files: () => platform.files.ping(), vectors: () => platform.vectors.ping() });
  const checks = { vital: { database: () => platform.database.ping() }, others };
  const port = openPort(config, log, checks, platform.metrics);
  const served = serveSubgraph(port.app, { name, source, identities: platform.identities, log });
  return {
    listen: (place) => port.listen(place),
    async close() {
      await Promise.all([port.close(), served.close()]);
      await house.close();
      await platform.close();
    },
  };
}
