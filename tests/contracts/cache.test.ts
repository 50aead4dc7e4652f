import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openAi } from '../../infra/ai/open.ts';
import { RedisBus } from '../../infra/bus/redis.ts';
import type { Cache } from '../../infra/cache/cache.ts';
import { TwoLevelCache } from '../../infra/cache/two-level.ts';
import { MemoryCache } from '../../infra/cache/memory.ts';
import { RedisCache } from '../../infra/cache/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedis, openRedisKeys } from '../../infra/redis/client.ts';
import { cachedAi } from '../../infra/ai/cached.ts';
import { Failure } from '../../schema/errors.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { missingCluster, startCluster, type RedisGroup } from '../support/redis-groups.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { Relay } from '../support/relay.ts';
import { missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');
/** Opens the cache as one process has it: its own memory in front of the shared cache. */
async function openAt(url: string): Promise<Cache> {
  const bus = new RedisBus((name) => openRedis(url, name, log), log);
  await bus.open();
  const cache = await new TwoLevelCache(new RedisCache(await openRedisKeys(url, 'cache', log)), bus).open();
  return {
    getOrSet: (key, seconds, make) => cache.getOrSet(key, seconds, make),
    delete: (key) => cache.delete(key),
    close: () => cache.close().then(() => bus.close()),
  };
}

/** Returns a factory that makes a new value each time, and its call count. */
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

  it('computes a value once, also for concurrent callers, and does not mix keys', async () => {
    const { make, count } = maker();
    const [key, other] = [randomUUID(), randomUUID()];
    const values = await Promise.all(Array.from({ length: 50 }, () => cache.getOrSet(key, 60, make)));
    expect(new Set(values.map(({ number }) => number))).toEqual(new Set([1]));
    expect(await cache.getOrSet(key, 60, make)).toEqual({ number: 1 });
    expect(await cache.getOrSet(other, 60, make)).toEqual({ number: 2 });
    expect(count()).toBe(2);
  });

  it('gives each caller a separate JSON copy of the value', async () => {
    const key = randomUUID();
    const given = { text: '✓ \u2028 "', list: [1, null, { deep: true }], absent: undefined };
    await cache.getOrSet(key, 60, async () => given);
    const [one, other] = [await cache.getOrSet(key, 60, async () => given), await cache.getOrSet(key, 60, async () => given)];
    expect(one).toStrictEqual({ text: '✓ \u2028 "', list: [1, null, { deep: true }] });
    expect(one).not.toBe(other);
  });

  it.each([[0], [''], [false], [[]], [null]])('caches a falsy or empty value: %j', async (nothing) => {
    const key = randomUUID();
    let made = 0;
    const make = async () => {
      made += 1;
      return nothing;
    };
    for (let i = 0; i < 3; i += 1) expect(await cache.getOrSet(key, 60, make)).toEqual(nothing);
    expect(made).toBe(1);
  });

  it('rejects as the factory does, caches no failure, and calls it again', async () => {
    const key = randomUUID();
    const failure = new Failure('PROVIDER_UNAVAILABLE');
    await expect(cache.getOrSet(key, 60, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await cache.getOrSet(key, 60, async () => 'made')).toBe('made');
  });

  it('drops an entry after its time to live', async () => {
    const { make } = maker();
    const key = randomUUID();
    await cache.getOrSet(key, 1, make);
    await eventually(
      () => cache.getOrSet(key, 1, make),
      ({ number }) => number > 1,
      5_000,
    );
  });

  it('deletes the given key only', async () => {
    const { make } = maker();
    const [key, other] = [randomUUID(), randomUUID()];
    await cache.getOrSet(other, 60, make);
    await cache.getOrSet(key, 60, make);
    await cache.delete(key);
    expect(await cache.getOrSet(key, 60, make)).toEqual({ number: 3 });
    expect(await cache.getOrSet(other, 60, make)).toEqual({ number: 1 });
    await cache.delete(randomUUID());
  });

  it('accepts any text as a key', async () => {
    const keys = ['a', 'a:b', 'a b\r\nFLUSHALL', 'ключ', 'x'.repeat(5_000), '{a}', '{b}', '*'];
    for (const key of keys) await cache.getOrSet(key, 60, async () => key);
    for (const key of keys) expect(await cache.getOrSet(key, 60, async () => 'made again')).toBe(key);
  });
}

describe('cache in memory', () => contract(async () => new MemoryCache()));

describeWhen(missingRedis, 'cache on Redis', () => {
  let redis: Redis;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describe('contract', () => contract(() => openAt(redis.url)));

  describe('between two processes', () => {
    let here: Cache;
    let there: Cache;
    let relay: Relay;

    beforeAll(async () => {
      relay = await Relay.start(redis.port);
      [here, there] = await Promise.all([openAt(redis.url), openAt(`redis://127.0.0.1:${relay.port}`)]);
    });
    afterAll(async () => {
      await Promise.all([here.close(), there.close()]);
      await relay.close();
    });

    /** Returns whether both processes see the same value for a new key. */
    async function isShared(): Promise<boolean> {
      const key = randomUUID();
      await here.getOrSet(key, 60, async () => 'made here');
      return (await there.getOrSet(key, 60, async () => 'made there')) === 'made here';
    }

    /** Puts a value into the local copies of both processes; `there` reads it in the second one. */
    async function keepInBoth(): Promise<{ key: string; there: () => Promise<string> }> {
      const key = randomUUID();
      for (const cache of [here, there]) await cache.getOrSet(key, 60, async () => 'old');
      return { key, there: () => there.getOrSet(key, 60, async () => 'new') };
    }

    it('computes a value once for both processes, and does not wait for a process that died while computing', async () => {
      const { make, count } = maker();
      for (let round = 1; round <= 20; round += 1) {
        const key = randomUUID();
        const values = await Promise.all(Array.from({ length: 20 }, (_, index) => (index % 2 ? here : there).getOrSet(key, 60, make)));
        expect(values).toEqual(values.map(() => ({ number: round })));
      }
      expect(count()).toBe(20);
      const key = randomUUID();
      void here.getOrSet(key, 60, () => new Promise(() => {}));
      expect(await there.getOrSet(key, 60, make)).toEqual({ number: 21 });
    });

    it('computes per process while Redis is down, unresponsive, flushed or full, and shares values again afterwards', async () => {
      const { make } = maker();
      const isKeptHere = async () => {
        const key = randomUUID();
        const first = await here.getOrSet(key, 60, make);
        return (await here.getOrSet(key, 60, make)).number === first.number;
      };
      const own = { kept: true, shared: false };
      const state = async () => ({ kept: await isKeptHere(), shared: await isShared() });
      expect(await isShared()).toBe(true);
      await redis.kill();
      expect(await state()).toEqual(own);
      await redis.start();
      await eventually(isShared, Boolean, 10_000);
      redis.freeze();
      expect(await state()).toEqual(own);
      redis.thaw();
      await eventually(isShared, Boolean, 10_000);
      await redis.run('FLUSHALL');
      await redis.run('CONFIG', 'SET', 'maxmemory', '1');
      expect(await state()).toEqual(own);
      await redis.run('CONFIG', 'SET', 'maxmemory', '0');
      await eventually(isShared, Boolean, 10_000);
    });

    it('deletes a key from the local copies of both processes', async () => {
      const kept = await keepInBoth();
      await redis.run('FLUSHALL');
      expect(await kept.there()).toBe('old');
      await here.delete(kept.key);
      await eventually(kept.there, (value) => value === 'new');
    });

    it('clears its local copies after reconnecting, if it may have missed a deletion', async () => {
      const kept = await keepInBoth();
      await relay.setState('down');
      await here.delete(kept.key);
      expect(await kept.there()).toBe('old');
      await relay.setState('pass');
      await eventually(kept.there, (value) => value === 'new');
    });
  });
});

describeWhen(missingFullTier ?? missingCluster, 'cache on a Redis cluster', () => {
  let group: RedisGroup;

  beforeAll(async () => {
    group = await startCluster();
  });
  afterAll(() => group.stop());

  contract(() => openAt(group.url));
});

describe('cached answers of an AI endpoint', () => {
  let model: ModelServer;
  const cache = new MemoryCache();
  const open = (embeddingModel: string | undefined) => {
    const values = { apiKey: 'test', baseUrl: model.url, model: 'scripted', embeddingModel, idleMs: 5_000 };
    const endpoint = openAi(values);
    return { endpoint, ai: cachedAi(endpoint, cache, values) };
  };

  beforeAll(async () => {
    model = await startModelServer();
  });
  afterAll(async () => {
    await model.stop();
    await cache.close();
  });

  it('caches a query embedding bit-exactly', async () => {
    const { endpoint, ai } = open('letters');
    const [own] = await endpoint.embed(['When does the harbour freeze?']);
    model.clear();
    for (let i = 0; i < 3; i += 1) expect(await ai.embed(['When does the harbour freeze?'])).toEqual([own]);
    expect(model.requests).toHaveLength(1);
  });

  it('keys an embedding by model and text', async () => {
    model.clear();
    await open('one').ai.embed(['harbour']);
    await open('other').ai.embed(['harbour']);
    await open('one').ai.embed(['Harbour']);
    expect(model.requests).toHaveLength(3);
  });

  it('caches the model list until a model turns out to be missing', async () => {
    const { ai } = open('letters');
    model.clear();
    const models = await ai.models();
    expect(await open('letters').ai.models()).toEqual(models);
    expect(model.requests).toHaveLength(1);
    model.reply({ fault: 'model-404' });
    const asked = async () => {
      for await (const _ of ai.chat({ model: 'gone', messages: [{ role: 'user', content: 'Hello' }] }, new AbortController().signal));
    };
    await expect(asked()).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await ai.models();
    expect(model.requests).toHaveLength(3);
  });

  it('caches neither batches nor embeddings of the built-in provider', async () => {
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
