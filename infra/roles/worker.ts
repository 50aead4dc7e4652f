import { SUBGRAPH_NAMES } from '../../schema/facts.ts';
import { openPlatform } from '../platform.ts';
import { archiveOf, waitingJobs } from '../watched.ts';
import { openGraph } from './graph.ts';
import { openHouse } from './house.ts';
import { hears, openPort, replicasOf } from './port.ts';
import type { Opening, Running } from './role.ts';

/** The work behind the answers: runs, jobs and facts of all subgraphs. It asks the graph within its own process. */
export async function openWorker({ config, log, awaited }: Opening): Promise<Running> {
  const platform = await openPlatform(config, log, { role: 'worker', publicUrl: () => config.PUBLIC_URL ?? '', vectors: true, awaited });
  const house = await openHouse(config, log, { platform, here: SUBGRAPH_NAMES, openGraph: (sources) => openGraph(config, log, sources) });
  const checks = {
    vital: { database: () => platform.database.ping(), queue: () => platform.queue.ping() },
    others: {
      files: () => platform.files.ping(),
      vectors: () => platform.vectors.ping(),
      bus: () => hears(platform.bus),
      ...replicasOf(platform.database),
    },
  };
  const port = openPort(config, log, checks, platform.metrics);
  platform.metrics.watch(() => waitingJobs(platform.queue));
  platform.metrics.watch(() => archiveOf(platform.database));
  for (const subgraph of house.subgraphs) await subgraph.start();
  return {
    listen: (place) => port.listen(place),
    async close() {
      await Promise.all([port.close(), house.close()]);
      await platform.close();
    },
  };
}
