import type { Bus } from '../../infra/bus/bus.ts';
import { MemoryBus } from '../../infra/bus/memory.ts';
import { RedisBus } from '../../infra/bus/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedis } from '../../infra/redis/client.ts';
import { eventually } from './eventually.ts';

const log = openLog('silent');

/** Two instances of an adapter, as two processes have them: both receive what one publishes. */
export interface TwoBuses {
  here: Bus;
  there: Bus;
  close(): Promise<void>;
}

export async function oneForBoth(): Promise<TwoBuses> {
  const bus = new MemoryBus(log);
  await bus.open();
  return { here: bus, there: bus, close: () => bus.close() };
}

export async function openTwo(url: string): Promise<TwoBuses> {
  const [here, there] = [url, url].map((address) => new RedisBus((name) => openRedis(address, name, log), log)) as [RedisBus, RedisBus];
  await Promise.all([here.open(), there.open()]);
  return { here, there, close: async () => void (await Promise.all([here.close(), there.close()])) };
}

/** Subscribes, and collects the ids that arrive. */
export async function collect(bus: Bus, key: string) {
  const ids: string[] = [];
  const stop = await bus.subscribe('notification', key, ({ notificationId }) => ids.push(notificationId));
  return {
    ids,
    stop,
    until: (count: number) =>
      eventually(
        async () => ids,
        () => ids.length >= count,
        5_000,
      ),
  };
}

export const publish = (bus: Bus, key: string, notificationId: string) => bus.publish('notification', key, { notificationId });
