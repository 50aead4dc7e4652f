import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAi } from '../../infra/ai/open.ts';
import type { Cache } from '../../infra/cache/cache.ts';
import { MemoryCache } from '../../infra/cache/memory.ts';
import { RedisCache } from '../../infra/cache/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedisKeys } from '../../infra/redis.ts';
import { rememberedAi } from '../../infra/remembered.ts';
import { Failure } from '../../schema/errors.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { missingCluster, startCluster, type RedisGroup } from '../support/redis-groups.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');
const openAt = async (url: string) => new RedisCache(await openRedisKeys(url, 'cache', log));

/** Makes a value of its own each time, and counts. */
function maker() {
  let made = 0;
  return { make: async () => ({ number: ++made }), count: () => made };
}

function contract(open: () => Promise<Cache>): void {
  let cache: Cache;

  beforeAll(async () => {
    cache = await open();
  });
  afterAll(() => cache.close());

  it('makes a value once, also for many at the same time, and keeps keys apart', async () => {
    const { make, count } = maker();
    const [key, other] = [randomUUID(), randomUUID()];
    const values = await Promise.all(Array.from({ length: 50 }, () => cache.remember(key, 60, make)));
    expect(new Set(values.map(({ number }) => number))).toEqual(new Set([1]));
    expect(await cache.remember(key, 60, make)).toEqual({ number: 1 });
    expect(await cache.remember(other, 60, make)).toEqual({ number: 2 });
    expect(count()).toBe(2);
  });

  it('gives each asker a value of its own, as JSON leaves it', async () => {
    const key = randomUUID();
    const given = { text: '✓ \u2028 "', list: [1, null, { deep: true }], absent: undefined };
    await cache.remember(key, 60, async () => given);
    const [one, other] = [await cache.remember(key, 60, async () => given), await cache.remember(key, 60, async () => given)];
    expect(one).toStrictEqual({ text: '✓ \u2028 "', list: [1, null, { deep: true }] });
    expect(one).not.toBe(other);
  });

  it.each([[0], [''], [false], [[]], [null]])('keeps what looks like nothing: %j', async (nothing) => {
    const key = randomUUID();
    let made = 0;
    const make = async () => {
      made += 1;
      return nothing;
    };
    for (let i = 0; i < 3; i += 1) expect(await cache.remember(key, 60, make)).toEqual(nothing);
    expect(made).toBe(1);
  });

  it('fails as the making does, keeps no failure, and tries again', async () => {
    const key = randomUUID();
    const failure = new Failure('PROVIDER_UNAVAILABLE');
    await expect(cache.remember(key, 60, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await cache.remember(key, 60, async () => 'made')).toBe('made');
  });

  it('forgets when the time is over', async () => {
    const { make } = maker();
    const key = randomUUID();
    await cache.remember(key, 1, make);
    await eventually(
      () => cache.remember(key, 1, make),
      ({ number }) => number > 1,
      5_000,
    );
  });

  it('takes any text as a key', async () => {
    const keys = ['a', 'a:b', 'a b\r\nFLUSHALL', 'ключ', 'x'.repeat(5_000), '{a}', '{b}', '*'];
    for (const key of keys) await cache.remember(key, 60, async () => key);
    for (const key of keys) expect(await cache.remember(key, 60, async () => 'made again')).toBe(key);
  });
}

describe('the cache in memory', () => contract(async () => new MemoryCache()));

describeWhen(missingRedis, 'the cache on Redis', () => {
  let redis: Redis;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describe('that is up', () => contract(() => openAt(redis.url)));

  it('gives one process what another has made', async () => {
    const [here, there] = await Promise.all([openAt(redis.url), openAt(redis.url)]);
    const key = randomUUID();
    await here.remember(key, 60, async () => 'made here');
    expect(await there.remember(key, 60, async () => 'made there')).toBe('made here');
    await Promise.all([here.close(), there.close()]);
  });

  it('is an empty one while Redis is down, silent, emptied or full, and is used again afterwards', async () => {
    const cache = await openAt(redis.url);
    const key = randomUUID();
    const { make, count } = maker();
    const isKept = async () => {
      const before = count();
      await cache.remember(key, 60, make);
      await cache.remember(key, 60, make);
      return count() === before;
    };
    await redis.kill();
    expect(await isKept()).toBe(false);
    await redis.start();
    await eventually(isKept, Boolean, 10_000);
    redis.freeze();
    expect(await isKept()).toBe(false);
    redis.thaw();
    await eventually(isKept, Boolean, 10_000);
    await redis.run('FLUSHALL');
    await redis.run('CONFIG', 'SET', 'maxmemory', '1');
    expect(await isKept()).toBe(false);
    await redis.run('CONFIG', 'SET', 'maxmemory', '0');
    await eventually(isKept, Boolean, 10_000);
    await cache.close();
  });
});

describeWhen(missingCluster, 'the cache on a cluster of Redis', () => {
  let group: RedisGroup;

  beforeAll(async () => {
    group = await startCluster();
  });
  afterAll(() => group.stop());

  contract(() => openAt(group.url));
});

describe('the vector of a question', () => {
  let model: ModelServer;
  const cache = new MemoryCache();
  const open = (embeddingModel: string | undefined) => {
    const endpoint = openAi({ apiKey: 'test', baseUrl: model.url, model: 'scripted', embeddingModel, idleMs: 5_000 });
    return { endpoint, ai: rememberedAi(endpoint, cache) };
  };

  beforeAll(async () => {
    model = await startModelServer();
  });
  afterAll(async () => {
    await model.stop();
    await cache.close();
  });

  it('is asked of the provider once, and stays the same to the last bit', async () => {
    const { endpoint, ai } = open('letters');
    const [own] = await endpoint.embed(['When does the harbour freeze?']);
    model.clear();
    for (let i = 0; i < 3; i += 1) expect(await ai.embed(['When does the harbour freeze?'])).toEqual([own]);
    expect(model.requests).toHaveLength(1);
  });

  it('is another one of another model, or for another text', async () => {
    model.clear();
    await open('one').ai.embed(['harbour']);
    await open('other').ai.embed(['harbour']);
    await open('one').ai.embed(['Harbour']);
    expect(model.requests).toHaveLength(3);
  });

  it('is remembered only where somebody waits for it: not of batches, and not of the built-in letters', async () => {
    const { ai } = open('letters');
    model.clear();
    const { signal } = new AbortController();
    for (let i = 0; i < 2; i += 1) {
      await ai.embed(['a', 'b']);
      await ai.embed(['a passage'], signal);
    }
    expect(model.requests).toHaveLength(4);
    expect(await open(undefined).ai.embed(['ice'])).toEqual(await open(undefined).endpoint.embed(['ice']));
  });
});
