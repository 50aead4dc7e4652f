import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openLog } from '../../infra/log.ts';
import { MemoryPresence } from '../../infra/presence/memory.ts';
import type { Presence } from '../../infra/presence/presence.ts';
import { RedisPresence } from '../../infra/presence/redis.ts';
import { openRedisKeys } from '../../infra/redis/client.ts';
import { eventually } from '../support/eventually.ts';
import { missingCluster, startCluster, type RedisGroup } from '../support/redis-groups.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');
const FADE_MS = 900;

/** One adapter as two processes would have it. */
interface Opened {
  here: Presence;
  there: Presence;
  close(): Promise<void>;
}

async function openMemory(): Promise<Opened> {
  const presence = new MemoryPresence();
  return { here: presence, there: presence, close: () => presence.close() };
}

async function openTwo(url: string): Promise<Opened> {
  const connections = [await openRedisKeys(url, 'presence', log), await openRedisKeys(url, 'presence', log)];
  const [here, there] = connections.map((redis) => new RedisPresence(redis, FADE_MS)) as [RedisPresence, RedisPresence];
  return { here, there, close: async () => void (await Promise.all([here.close(), there.close()])) };
}

const becomes = (presence: Presence, people: number) =>
  eventually(
    () => presence.count().catch(String),
    (count) => count === people,
    5_000,
  );

function contract(open: () => Promise<Opened>): void {
  let opened: Opened;
  beforeEach(async () => {
    opened = await open();
  });
  afterEach(() => opened.close());

  it('counts each person once, whatever their connections and to which process', async () => {
    const { here, there } = opened;
    expect(await here.count()).toBe(0);
    const leaves = [here.enter('ada'), here.enter('ada'), there.enter('ada'), there.enter('bob')];
    await becomes(here, 2);
    await becomes(there, 2);
    leaves[0]!();
    leaves[0]!();
    leaves[3]!();
    await becomes(here, 1);
    leaves[1]!();
    await becomes(there, 1);
    leaves[2]!();
    await becomes(here, 0);
  });
}

describe('presence in memory', () => contract(openMemory));

describeWhen(missingRedis, 'presence on Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describe('that is up', () => contract(() => openTwo(redis.url)));

  it('fades when its process has died, and not before', async () => {
    const { here, close } = await openTwo(redis.url);
    const connection = await openRedisKeys(redis.url, 'mortal', log);
    new RedisPresence(connection, FADE_MS).enter('carol');
    here.enter('ada');
    await becomes(here, 2);
    connection.disconnect();
    await becomes(here, 1);
    await close();
  });

  it('is not known while Redis is down, harms nobody, and is right again when it is back', async () => {
    const { here, there, close } = await openTwo(redis.url);
    const leave = here.enter('ada');
    await becomes(there, 1);
    await redis.kill();
    await expect(here.count()).rejects.toThrow();
    leave();
    there.enter('bob');
    there.enter('carol');
    await redis.start();
    await becomes(here, 2);
    await close();
  });
});

describeWhen(missingFullTier ?? missingCluster, 'presence on a cluster of Redis', () => {
  let group: RedisGroup;
  beforeAll(async () => {
    group = await startCluster();
  });
  afterAll(() => group.stop());

  contract(() => openTwo(group.url));
});
