import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { RedisBus } from '../../infra/bus/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedis } from '../../infra/redis/client.ts';
import { eventually } from '../support/eventually.ts';
import { missingCluster, startCluster, startSentinels } from '../support/redis-groups.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { collect, openTwo, say } from '../support/two-buses.ts';
import { missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');

describeWhen(missingRedis, 'the bus on a Redis that fails', () => {
  let redis: Redis;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('does not open without its server', async () => {
    const bus = new RedisBus((name) => openRedis('redis://127.0.0.1:1', name, log), log);
    await expect(bus.open()).rejects.toThrow('ECONNREFUSED');
  });

  it('loses what is said while Redis is down, throws nothing, and hears again by itself when Redis is back', async () => {
    const { here, there, close } = await openTwo(redis.url);
    const key = 'mortal';
    const [mine, theirs] = [await collect(here, key), await collect(there, key)];
    await redis.kill();
    for (let i = 0; i < 50; i += 1) await say(here, key, 'lost');
    await redis.start();
    // What is said now may be lost until both connections are back.
    await eventually(
      async () => {
        await say(here, key, 'back');
        return [mine.ids.length, theirs.ids.length];
      },
      (counts) => counts.every((count) => count > 0),
      20_000,
    );
    expect([...mine.ids, ...theirs.ids].filter((id) => id !== 'back')).toEqual([]);
    await close();
  });

  it('refuses a listener that it cannot serve, soon and by a code, and serves it when Redis is back', async () => {
    const { here, close } = await openTwo(redis.url);
    await redis.kill();
    await expect(collect(here, 'late')).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await redis.start();
    const late = await eventually(() => collect(here, 'late').catch(() => null), Boolean, 20_000);
    await say(here, 'late', 'heard');
    await eventually(
      () => say(here, 'late', 'heard').then(() => late!.ids),
      (ids) => ids.includes('heard'),
      20_000,
    );
    await close();
  });

  it('says that its hearing is broken when Redis dies, and begins a new one when it is back', async () => {
    const { here, there, close } = await openTwo(redis.url);
    await collect(there, 'anything');
    const hearing = there.hearing();
    const changes: boolean[] = [];
    there.onHearing((isWhole) => changes.push(isWhole));
    await redis.kill();
    // At once, whether or not the end of the connection has been noticed.
    expect(await hearing.isUnbroken()).toBe(false);
    expect(await there.hearing().isUnbroken()).toBe(false);
    expect(await here.announce('notification', 'anything', { notificationId: 'lost' })).toBe(false);
    expect(changes).toEqual([false]);
    await redis.start();
    await eventually(
      async () => changes,
      () => changes.length > 1,
      5_000,
    );
    expect(changes).toEqual([false, true]);
    expect(await there.hearing().isUnbroken()).toBe(true);
    expect(await hearing.isUnbroken()).toBe(false);
    await close();
  });

  it('notices by itself that nothing comes through any more, though the connection stands', async () => {
    const { there, close } = await openTwo(redis.url);
    const changes: boolean[] = [];
    there.onHearing((isWhole) => changes.push(isWhole));
    redis.freeze();
    await eventually(
      async () => changes,
      () => changes.length > 0,
      5_000,
    );
    expect(await there.hearing().isUnbroken()).toBe(false);
    redis.thaw();
    await eventually(() => there.hearing().isUnbroken(), Boolean, 10_000);
    expect(changes).toEqual([false, true]);
    await close();
  });

  it('goes on when Redis is emptied, and when its memory is full', async () => {
    const { here, there, close } = await openTwo(redis.url);
    const { until } = await collect(there, 'full');
    const hearing = there.hearing();
    await redis.run('FLUSHALL');
    await say(here, 'full', 'emptied');
    await redis.run('CONFIG', 'SET', 'maxmemory', '1');
    await say(here, 'full', 'full');
    expect(await until(2)).toEqual(['emptied', 'full']);
    expect(await hearing.isUnbroken()).toBe(true);
    await redis.run('CONFIG', 'SET', 'maxmemory', '0');
    await close();
  });

  it('costs neither time nor memory while Redis takes everything and answers nothing', async () => {
    const { here, close } = await openTwo(redis.url);
    redis.freeze();
    const before = performance.now();
    for (let i = 0; i < 5_000; i += 1) await say(here, 'frozen', 'x'.repeat(10_000));
    expect(performance.now() - before).toBeLessThan(2_000);
    redis.thaw();
    const heard = await eventually(() => collect(here, 'frozen').catch(() => null), Boolean, 20_000);
    await eventually(
      () => say(here, 'frozen', 'thawed').then(() => heard!.ids),
      (ids) => ids.includes('thawed'),
      20_000,
    );
    await close();
  });

  it('follows within five seconds to the new master when the old one dies', async () => {
    const mortal = await startSentinels();
    await survives(mortal.url, () => mortal.killMaster());
    await mortal.stop();
  });
});

describeWhen(missingFullTier ?? missingCluster, 'the bus on a cluster that fails', () => {
  it('comes back by itself with the node of a cluster that it goes through', async () => {
    const mortal = await startCluster();
    await survives(mortal.url, async () => {
      await mortal.killMaster();
      await mortal.startMaster();
    });
    await mortal.stop();
  });
});

/** Both hear each other again within five seconds of what `happens`, and know that they have missed something. */
async function survives(url: string, happens: () => Promise<void>): Promise<void> {
  const { here, there, close } = await openTwo(url);
  const { ids } = await collect(there, 'again');
  const hearing = there.hearing();
  await happens();
  expect(await hearing.isUnbroken()).toBe(false);
  await eventually(
    () => say(here, 'again', 'heard').then(() => ids),
    () => ids.length > 0,
    5_000,
  );
  expect(await there.hearing().isUnbroken()).toBe(true);
  await close();
}
