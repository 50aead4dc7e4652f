import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '../../infra/bus/bus.ts';
import { MemoryBus } from '../../infra/bus/memory.ts';
import { RedisBus } from '../../infra/bus/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedis } from '../../infra/redis.ts';
import { eventually } from '../support/eventually.ts';
import { startCluster, startSentinels, type RedisGroup } from '../support/redis-groups.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');

/** One adapter as two processes would have it: what one publishes, both hear. */
interface Opened {
  here: Bus;
  there: Bus;
  close(): Promise<void>;
}

async function openMemory(): Promise<Opened> {
  const bus = new MemoryBus(log);
  await bus.open();
  return { here: bus, there: bus, close: () => bus.close() };
}

async function openTwo(url: string): Promise<Opened> {
  const [here, there] = [url, url].map((address) => new RedisBus((name) => openRedis(address, name, log), log)) as [RedisBus, RedisBus];
  await Promise.all([here.open(), there.open()]);
  return { here, there, close: async () => void (await Promise.all([here.close(), there.close()])) };
}

/** Listens, and collects the ids that arrive. */
async function collect(bus: Bus, key: string) {
  const ids: string[] = [];
  const stop = await bus.listen('notification', key, ({ notificationId }) => ids.push(notificationId));
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

const say = (bus: Bus, key: string, notificationId: string) => bus.publish('notification', key, { notificationId });

function contract(open: () => Promise<Opened>): void {
  let opened: Opened;
  let here: Bus;
  let there: Bus;

  beforeAll(async () => {
    opened = await open();
    ({ here, there } = opened);
  });
  afterAll(() => opened.close());

  it('delivers in order to every listener of the key, the publisher included, from the moment listen resolves', async () => {
    const key = randomUUID();
    const listening = [await collect(here, key), await collect(here, key), await collect(there, key)];
    const ids = Array.from({ length: 200 }, (_, index) => String(index));
    for (const id of ids) await say(here, key, id);
    for (const each of listening) expect(await each.until(200)).toEqual(ids);
  });

  it('keeps keys and topics apart', async () => {
    const key = randomUUID();
    const mine = await collect(here, key);
    const stops: string[] = [];
    await here.listen('run.stop', key, ({ runId }) => stops.push(runId));
    await say(there, `${key}0`, 'other key');
    await there.publish('conversation', key, { conversationId: 'other topic' });
    await say(there, key, 'mine');
    expect(await mine.until(1)).toEqual(['mine']);
    expect(stops).toEqual([]);
  });

  it('goes on for the other when one of two listeners leaves', async () => {
    const key = randomUUID();
    const [first, second] = [await collect(here, key), await collect(here, key)];
    await first.stop();
    await first.stop();
    await say(here, key, 'after');
    expect(await second.until(1)).toEqual(['after']);
    expect(first.ids).toEqual([]);
  });

  it('hears again when the last listener has left and another comes at the same moment', async () => {
    const key = randomUUID();
    for (let round = 0; round < 20; round += 1) {
      const [first] = [await collect(here, key)];
      const [, second] = await Promise.all([first.stop(), collect(here, key)]);
      await say(there, key, String(round));
      expect(await second.until(1)).toEqual([String(round)]);
      await second.stop();
    }
  });

  it('gives each listener a value of its own, as JSON leaves it', async () => {
    const key = randomUUID();
    const heard: any[] = [];
    for (let i = 0; i < 2; i += 1) await here.listen('document', key, (payload) => heard.push(payload));
    await here.publish('document', key, { documentId: 'd', status: '✓ \u2028', stage: 's', progress: null, deleted: undefined! });
    await eventually(
      async () => heard.length,
      (length) => length === 2,
      5_000,
    );
    expect(heard[0]).toStrictEqual({ documentId: 'd', status: '✓ \u2028', stage: 's', progress: null });
    expect(heard[0]).not.toBe(heard[1]);
  });

  it('goes on for the others when a listener throws', async () => {
    const key = randomUUID();
    const before = await collect(here, key);
    await here.listen('notification', key, () => {
      throw new Error('a listener of the test');
    });
    const after = await collect(here, key);
    for (const id of ['first', 'second']) await say(here, key, id);
    for (const each of [before, after]) expect(await each.until(2)).toEqual(['first', 'second']);
  });

  it('has brought what was announced before a hearing is found unbroken, in every process', async () => {
    const key = randomUUID();
    const { ids } = await collect(there, key);
    const hearing = there.hearing();
    for (let round = 1; round <= 100; round += 1) {
      expect(await here.announce('notification', key, { notificationId: String(round) })).toBe(true);
      // Many at once may share a proof, but not one that began before.
      const proofs = await Promise.all([hearing.isUnbroken(), hearing.isUnbroken()]);
      expect([...proofs, ids.length]).toEqual([true, true, round]);
    }
  });

  it('hears nothing more once it is closed, and says so', async () => {
    const another = await open();
    const hearing = another.there.hearing();
    await another.close();
    expect(await hearing.isUnbroken()).toBe(false);
    expect(await another.there.hearing().isUnbroken()).toBe(false);
  });

  it('takes messages that nobody hears', async () => {
    await expect(say(here, randomUUID(), 'nobody')).resolves.toBeUndefined();
  });
}

describe('the bus in memory', () => contract(openMemory));

describeWhen(missingRedis, 'the bus on Redis', () => {
  let redis: Redis;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describe('that is up', () => contract(() => openTwo(redis.url)));

  it('does not open without its server', async () => {
    const bus = new RedisBus((name) => openRedis('redis://127.0.0.1:1', name, log), log);
    await expect(bus.open()).rejects.toThrow('ECONNREFUSED');
  });

  it('loses what is said while Redis is down, throws nothing, and hears again by itself when Redis is back', async () => {
    const { here, there, close } = await openTwo(redis.url);
    const key = randomUUID();
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
});

describeWhen(missingRedis, 'the bus on Redis with Sentinels', () => {
  let group: RedisGroup;

  beforeAll(async () => {
    group = await startSentinels();
  });
  afterAll(() => group.stop());

  describe('that is up', () => contract(() => openTwo(group.url)));

  it('follows within five seconds to the new master when the old one dies', async () => {
    const mortal = await startSentinels();
    await survives(mortal.url, () => mortal.killMaster());
    await mortal.stop();
  });
});

describeWhen(missingRedis, 'the bus on a cluster of Redis', () => {
  let group: RedisGroup;

  beforeAll(async () => {
    group = await startCluster();
  });
  afterAll(() => group.stop());

  contract(() => openTwo(group.url));

  it('comes back by itself with the node that it goes through', () =>
    survives(group.url, async () => {
      await group.killMaster();
      await group.startMaster();
    }));
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
