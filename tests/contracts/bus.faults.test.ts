import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RedisBus } from '../../infra/bus/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedis } from '../../infra/redis/client.ts';
import { eventually } from '../support/eventually.ts';
import { missingCluster, startCluster, startSentinels } from '../support/redis-groups.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { collect, openTwo, publish } from '../support/two-buses.ts';
import { missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');

describeWhen(missingRedis, 'bus on a failing Redis', () => {
  let redis: Redis;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('rejects open when the server is unreachable', async () => {
    const bus = new RedisBus((name) => openRedis('redis://127.0.0.1:1', name, log), log);
    await expect(bus.open()).rejects.toThrow('ECONNREFUSED');
  });

  it('loses messages without throwing while Redis is down, and resumes when Redis is back', async () => {
    const { here, there, close } = await openTwo(redis.url);
    const key = 'mortal';
    const [mine, theirs] = [await collect(here, key), await collect(there, key)];
    await redis.kill();
    for (let i = 0; i < 50; i += 1) await publish(here, key, 'lost');
    await redis.start();
    // Messages may be lost until both connections are restored.
    await eventually(
      async () => {
        await publish(here, key, 'back');
        return [mine.ids.length, theirs.ids.length];
      },
      (counts) => counts.every((count) => count > 0),
      20_000,
    );
    expect([...mine.ids, ...theirs.ids].filter((id) => id !== 'back')).toEqual([]);
    await close();
  });

  it('rejects a subscription promptly with a code while Redis is down, and accepts it when Redis is back', async () => {
    const { here, close } = await openTwo(redis.url);
    await redis.kill();
    await expect(collect(here, 'late')).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await redis.start();
    const late = await eventually(() => collect(here, 'late').catch(() => null), Boolean, 20_000);
    await publish(here, 'late', 'received');
    await eventually(
      () => publish(here, 'late', 'received').then(() => late!.ids),
      (ids) => ids.includes('received'),
      20_000,
    );
    await close();
  });

  it('ends its epoch when Redis dies, and begins another when Redis is back', async () => {
    const { here, there, close } = await openTwo(redis.url);
    await collect(there, 'anything');
    const epoch = there.currentEpoch();
    const changes: boolean[] = [];
    there.onReliabilityChange((isReliable) => changes.push(isReliable));
    await redis.kill();
    // Holds at once, also before the closed connection has been noticed.
    expect(await epoch.isContinuous()).toBe(false);
    expect(await there.currentEpoch().isContinuous()).toBe(false);
    expect(await here.publishConfirmed('notification', 'anything', { notificationId: 'lost' })).toBe(false);
    expect(changes).toEqual([false]);
    await redis.start();
    await eventually(
      async () => changes,
      () => changes.length > 1,
      5_000,
    );
    expect(changes).toEqual([false, true]);
    expect(await there.currentEpoch().isContinuous()).toBe(true);
    expect(await epoch.isContinuous()).toBe(false);
    await close();
  });

  it('detects a connection that is open but delivers nothing', async () => {
    const { there, close } = await openTwo(redis.url);
    const changes: boolean[] = [];
    there.onReliabilityChange((isReliable) => changes.push(isReliable));
    redis.freeze();
    await eventually(
      async () => changes,
      () => changes.length > 0,
      5_000,
    );
    expect(await there.currentEpoch().isContinuous()).toBe(false);
    redis.thaw();
    await eventually(() => there.currentEpoch().isContinuous(), Boolean, 10_000);
    expect(changes).toEqual([false, true]);
    await close();
  });

  it('delivers while Redis is flushed and while its memory is full', async () => {
    const { here, there, close } = await openTwo(redis.url);
    const { until } = await collect(there, 'full');
    const epoch = there.currentEpoch();
    await redis.run('FLUSHALL');
    await publish(here, 'full', 'emptied');
    await redis.run('CONFIG', 'SET', 'maxmemory', '1');
    await publish(here, 'full', 'full');
    expect(await until(2)).toEqual(['emptied', 'full']);
    expect(await epoch.isContinuous()).toBe(true);
    await redis.run('CONFIG', 'SET', 'maxmemory', '0');
    await close();
  });

  it('publishes without delay or memory growth while Redis accepts commands and answers none', async () => {
    const { here, close } = await openTwo(redis.url);
    redis.freeze();
    const before = performance.now();
    for (let i = 0; i < 5_000; i += 1) await publish(here, 'frozen', 'x'.repeat(10_000));
    expect(performance.now() - before).toBeLessThan(2_000);
    redis.thaw();
    const received = await eventually(() => collect(here, 'frozen').catch(() => null), Boolean, 20_000);
    await eventually(
      () => publish(here, 'frozen', 'thawed').then(() => received!.ids),
      (ids) => ids.includes('thawed'),
      20_000,
    );
    await close();
  });

  it('moves to the new master within five seconds when the old one dies', async () => {
    const mortal = await startSentinels();
    await survives(mortal.url, () => mortal.killMaster());
    await mortal.stop();
  });
});

describeWhen(missingFullTier ?? missingCluster, 'bus on a failing cluster', () => {
  it('reconnects when the cluster node that carries its channels restarts', async () => {
    const mortal = await startCluster();
    await survives(mortal.url, async () => {
      await mortal.killMaster();
      await mortal.startMaster();
    });
    await mortal.stop();
  });
});

/** Expects delivery to resume within five seconds of the fault, and the epoch before it to be reported broken. */
async function survives(url: string, fault: () => Promise<void>): Promise<void> {
  const { here, there, close } = await openTwo(url);
  const { ids } = await collect(there, 'again');
  const epoch = there.currentEpoch();
  await fault();
  expect(await epoch.isContinuous()).toBe(false);
  await eventually(
    () => publish(here, 'again', 'received').then(() => ids),
    () => ids.length > 0,
    5_000,
  );
  expect(await there.currentEpoch().isContinuous()).toBe(true);
  await close();
}
