import { Scales } from '../../gateway/limits/scales.ts';
import { SUBGRAPH_NAMES } from '../../schema/facts.ts';
import { openPlatform } from '../platform.ts';
import { archiveOf, waitingJobs } from '../watched.ts';
import { addressOf } from './address.ts';
import { openDoorOf, openGateway } from './door.ts';
import { openHouse } from './house.ts';
import { hears, replicasOf } from './port.ts';
import type { Opening, Running } from './role.ts';

/** The whole product in this process. */
export async function openEverything({ config, log, awaited }: Opening): Promise<Running> {
  let publicUrl = config.PUBLIC_URL;
  const platform = await openPlatform(config, log, { role: 'everything', publicUrl: () => publicUrl ?? '', vectors: true, awaited });
  const scales = new Scales();
  const house = await openHouse(config, log, {
    platform,
    here: SUBGRAPH_NAMES,
    openGraph: (sources) => openGateway(config, log, { sources, scales }),
  });
  platform.metrics.watch(() => waitingJobs(platform.queue));
  platform.metrics.watch(() => archiveOf(platform.database));
  for (const subgraph of house.subgraphs) await subgraph.start();
  const checks = {
    vital: { database: () => platform.database.ping() },
    others: {
      files: () => platform.files.ping(),
      vectors: () => platform.vectors.ping(),
      bus: () => hears(platform.bus),
      ...replicasOf(platform.database),
    },
  };
  const door = await openDoorOf(config, log, { ground: platform, gateway: house.graph, scales, checks });
  return {
    async listen(place) {
      await door.listen(place);
      const url = addressOf(config, door.port);
      publicUrl ??= url;
      return url;
    },
    async close() {
      await door.close();
      await house.close();
      await house.graph.stop();
      await platform.close();
    },
  };
}
