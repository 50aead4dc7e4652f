import { Scales } from '../../gateway/limits/scales.ts';
import { SUBGRAPH_NAMES } from '../../schema/facts.ts';
import { openGround } from '../ground.ts';
import { addressOf } from './address.ts';
import { openDoorOf, openGateway } from './door.ts';
import { remoteSources, watchedSources } from './graph.ts';
import { hears } from './port.ts';
import type { Opening, Running } from './role.ts';

/** Longer than a proxy takes to see that a gateway is not ready any more. */
const LEAVING_MS = 2_500;

/** The door alone: every subgraph answers elsewhere. It keeps nothing, so there may be many. */
export async function openGatewayRole({ config, log, awaited }: Opening): Promise<Running> {
  const ground = await openGround(config, log, { role: 'gateway', publicUrl: () => config.PUBLIC_URL ?? '', awaited });
  const sources = remoteSources(config, ground.identities, SUBGRAPH_NAMES);
  const scales = new Scales();
  const gateway = await openGateway(config, log, { sources: watchedSources(sources, ground), scales });
  // Nobody is let in without the users; what another subgraph owns is missing alone.
  const { users, ...rest } = Object.fromEntries([...sources].map(([name, source]) => [name, () => source.ping()]));
  const checks = { vital: { users: users! }, others: { ...rest, files: () => ground.files.ping(), bus: () => hears(ground.bus) } };
  const door = await openDoorOf(config, log, { ground, gateway, scales, checks, leavingMs: LEAVING_MS });
  return {
    async listen(place) {
      await door.listen(place);
      return addressOf(config, door.port);
    },
    async close() {
      await door.close();
      await gateway.stop();
      for (const source of sources.values()) await source.close();
      await ground.close();
    },
  };
}
