import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LimitRule, Limits } from '../../infra/limits/limits.ts';
import { MemoryLimits } from '../../infra/limits/memory.ts';
import { RedisLimits } from '../../infra/limits/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedis } from '../../infra/redis.ts';
import { eventually } from '../support/eventually.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');
const fresh = (points: number, perSeconds = 60): LimitRule => ({ name: `rule-${randomUUID()}`, points, perSeconds });

/** How many of so many events at once are let through. */
async function letThrough(limits: Limits[], rule: LimitRule, attempts: number): Promise<number> {
  const taken = Array.from({ length: attempts }, (_, index) => limits[index % limits.length]!.take(rule, 'somebody'));
  return (await Promise.allSettled(taken)).filter(({ status }) => status === 'fulfilled').length;
}

function contract(open: () => Promise<Limits>): void {
  let limits: Limits;

  beforeAll(async () => {
    limits = await open();
  });
  afterAll(() => limits.close());

  it('let exactly as many through as the rule says, and then say when to come again', async () => {
    const rule = fresh(5);
    expect(await letThrough([limits], rule, 20)).toBe(5);
    const refusal = await limits.take(rule, 'somebody').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED' });
    const { retryAfterSeconds } = (refusal as { detail: { retryAfterSeconds: number } }).detail;
    expect(retryAfterSeconds).toBeGreaterThan(50);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  });

  it('count keys and rules apart, whatever the keys look like', async () => {
    const [one, other] = [fresh(1), fresh(1)];
    const keys = ['a', 'a:b', 'a b\r\nFLUSHALL', 'ключ', 'x'.repeat(5_000), '*'];
    for (const rule of [one, other]) for (const key of keys) await limits.take(rule, key);
    for (const key of keys) await expect(limits.take(one, key)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('count several points at once, and never by halves', async () => {
    const rule = fresh(10);
    await limits.take(rule, 'somebody', 9);
    await expect(limits.take(rule, 'somebody', 5)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('forget on reset, and when the time is over', async () => {
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

describe('limits in memory', () => contract(async () => new MemoryLimits()));

describeWhen(missingRedis, 'limits on Redis', () => {
  let redis: Redis;
  const open = async () => new RedisLimits(await openRedis(redis.url, 'limits', log));

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describe('that is up', () => contract(open));

  it('count together what several processes let through', async () => {
    const both = await Promise.all([open(), open()]);
    expect(await letThrough(both, fresh(30), 100)).toBe(30);
    await Promise.all(both.map((limits) => limits.close()));
  });

  it('hold in each process alone while Redis is down, and together again when it is back', async () => {
    const [here, there] = await Promise.all([open(), open()]);
    await redis.kill();
    expect(await letThrough([here], fresh(5), 20)).toBe(5);
    await redis.start();
    const isShared = async () => (await letThrough([here, there], fresh(5), 20)) === 5;
    await eventually(isShared, Boolean, 20_000);
    await Promise.all([here.close(), there.close()]);
  });

  it('hold while Redis takes commands and answers none', async () => {
    const limits = await open();
    redis.freeze();
    expect(await letThrough([limits], fresh(5), 20)).toBe(5);
    redis.thaw();
    await limits.close();
  });
});
