import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LimitRule, Limits } from '../../infra/limits/limits.ts';
import { MemoryLimits } from '../../infra/limits/memory.ts';
import { RedisLimits } from '../../infra/limits/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedisKeys } from '../../infra/redis/client.ts';
import { eventually } from '../support/eventually.ts';
import { missingCluster, startCluster, startSentinels, type RedisGroup } from '../support/redis-groups.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');
const fresh = (points: number, perSeconds = 60): LimitRule => ({ name: `rule-${randomUUID()}`, points, perSeconds });

/** Counts how many of the simultaneous attempts are allowed. */
async function countAllowed(limits: Limits[], rule: LimitRule, attempts: number): Promise<number> {
  const taken = Array.from({ length: attempts }, (_, index) => limits[index % limits.length]!.take(rule, 'somebody'));
  return (await Promise.allSettled(taken)).filter(({ status }) => status === 'fulfilled').length;
}

function contract(open: () => Promise<Limits>): void {
  let limits: Limits;

  beforeAll(async () => {
    limits = await open();
  });
  afterAll(() => limits.close());

  it('allows exactly the points of the rule, then reports when to retry', async () => {
    const rule = fresh(5);
    expect(await countAllowed([limits], rule, 20)).toBe(5);
    const refusal = await limits.take(rule, 'somebody').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED' });
    const { retryAfterSeconds } = (refusal as { detail: { retryAfterSeconds: number } }).detail;
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it('counts keys and rules separately, for any text as a key', async () => {
    const [one, other] = [fresh(1), fresh(1)];
    const keys = ['a', 'a:b', 'a b\r\nFLUSHALL', 'ключ', 'x'.repeat(5_000), '*'];
    for (const rule of [one, other]) for (const key of keys) await limits.take(rule, key);
    for (const key of keys) await expect(limits.take(one, key)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('takes several points at once, all or none', async () => {
    const rule = fresh(10);
    await limits.take(rule, 'somebody', 9);
    await expect(limits.take(rule, 'somebody', 5)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('starts over after a reset and after the window', async () => {
    const rule = fresh(1, 1);
    await limits.take(rule, 'somebody');
    await limits.reset(rule, 'somebody');
    await limits.take(rule, 'somebody');
    await eventually(
      () =>
        limits.take(rule, 'somebody').then(
          () => true,
          () => false,
        ),
      Boolean,
      5_000,
    );
    await limits.reset(rule, 'nobody');
  });
}

describe('the rate limiter in memory', () => contract(async () => new MemoryLimits()));

const openAt = async (url: string) => new RedisLimits(await openRedisKeys(url, 'limits', log));

/** Returns whether two processes count together. Takes a new rule each time: one that was used while they were separated proves nothing. */
async function areShared(here: Limits, there: Limits): Promise<boolean> {
  return (await countAllowed([here, there], fresh(5), 20)) === 5;
}

describeWhen(missingRedis, 'the rate limiter on Redis', () => {
  let redis: Redis;
  const open = () => openAt(redis.url);

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describe('contract', () => contract(open));

  it('shares one exact count between processes in a burst of thousands', async () => {
    const both = await Promise.all([open(), open()]);
    expect(await countAllowed(both, fresh(1_000), 3_000)).toBe(1_000);
    await Promise.all(both.map((limits) => limits.close()));
  });

  it('counts per process while Redis is down, and shares counts again when it is back', async () => {
    const [here, there] = await Promise.all([open(), open()]);
    await redis.kill();
    const rule = fresh(5);
    expect([await countAllowed([here], rule, 20), await countAllowed([there], rule, 20)]).toEqual([5, 5]);
    await redis.start();
    await eventually(() => areShared(here, there), Boolean, 5_000);
    await Promise.all([here.close(), there.close()]);
  });

  it('counts per process while the memory of Redis is full', async () => {
    const limits = await open();
    await redis.run('CONFIG', 'SET', 'maxmemory', '1');
    expect(await countAllowed([limits], fresh(5), 20)).toBe(5);
    await redis.run('CONFIG', 'SET', 'maxmemory', '0');
    await limits.close();
  });

  it('still refuses while Redis accepts commands and answers none', async () => {
    const limits = await open();
    redis.freeze();
    expect(await countAllowed([limits], fresh(5), 20)).toBe(5);
    redis.thaw();
    await limits.close();
  });
});

describeWhen(missingRedis, 'the rate limiter on a group of Redis servers', () => {
  describe('behind Sentinels', () => {
    let group: RedisGroup;
    beforeAll(async () => {
      group = await startSentinels();
    });
    afterAll(() => group.stop());

    contract(() => openAt(group.url));

    it('limits while the master is dead, and shares counts through the new one within five seconds', async () => {
      const { url, killMaster } = group;
      const [here, there] = await Promise.all([openAt(url), openAt(url)]);
      await killMaster();
      expect(await countAllowed([here], fresh(5), 20)).toBe(5);
      await eventually(() => areShared(here, there), Boolean, 5_000);
      await Promise.all([here.close(), there.close()]);
    });
  });

  describeWhen(missingFullTier ?? missingCluster, 'in a cluster', () => {
    let group: RedisGroup;
    beforeAll(async () => {
      group = await startCluster();
    });
    afterAll(() => group.stop());

    contract(() => openAt(group.url));

    it('limits while one node is dead, and shares counts again when it is back', async () => {
      const { url, killMaster, startMaster } = group;
      const [here, there] = await Promise.all([openAt(url), openAt(url)]);
      await killMaster();
      // Four rules, so that they spread over the nodes.
      const inEach = async () => Promise.all([1, 2, 3, 4].map(() => countAllowed([here], fresh(5), 20)));
      // The cluster refuses its other parts, too, once they have noticed. Requests in that moment are counted partly in Redis, partly in
      // the process.
      for (const through of await inEach()) {
        expect(through).toBeGreaterThanOrEqual(5);
        expect(through).toBeLessThanOrEqual(10);
      }
      await eventually(inEach, (through) => through.every((count) => count === 5));
      await startMaster();
      const allShared = async () => (await Promise.all([1, 2, 3, 4, 5, 6].map(() => areShared(here, there)))).every(Boolean);
      await eventually(allShared, Boolean, 5_000);
      await Promise.all([here.close(), there.close()]);
    });

    it('rejects open promptly while part of the cluster is missing', async () => {
      await group.killMaster();
      // Retries until the other nodes have noticed.
      const refusal = () => openAt(group.url).then((limits) => limits.close(), String);
      expect(await eventually(refusal, Boolean)).toContain('part of it is down');
      await group.startMaster();
      await eventually(refusal, (text) => text === undefined);
    });
  });
});
