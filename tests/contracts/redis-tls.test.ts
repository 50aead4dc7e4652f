import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisCache } from '../../infra/cache/redis.ts';
import { RedisLimits } from '../../infra/limits/redis.ts';
import { openLog } from '../../infra/log.ts';
import { openRedis, openRedisKeys } from '../../infra/redis/client.ts';
import { Authority, missingOpenssl, type Certificate } from '../support/tls/authority.ts';
import { eventually } from '../support/eventually.ts';
import { missingCluster, startCluster, startSentinels, type RedisGroup } from '../support/redis-groups.ts';
import { missingRedisTls, startRedis } from '../support/redis.ts';
import { collect, openTwo, publish } from '../support/two-buses.ts';
import { missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');

describeWhen(missingOpenssl ?? missingRedisTls() ?? missingCluster, 'Redis over TLS', () => {
  const authority = new Authority();
  let distrust = authority.trust();
  afterAll(() => {
    distrust();
    authority.forget();
  });

  function contract(start: (certificate: Certificate) => Promise<RedisGroup>): void {
    let group: RedisGroup;
    beforeAll(async () => {
      group = await start(authority.issue('DNS:localhost', 'IP:127.0.0.1'));
    });
    afterAll(() => group?.stop());

    it('shares rate limits and cached values between clients', async () => {
      const open = (name: string) => openRedisKeys(group.url, name, log);
      const limits = [new RedisLimits(await open('limits')), new RedisLimits(await open('limits'))];
      const caches = [new RedisCache(await open('cache')), new RedisCache(await open('cache'))];
      // Twelve keys, which a cluster spreads over its nodes.
      for (const key of Array.from({ length: 12 }, () => randomUUID())) {
        const rule = { name: key, points: 1, perSeconds: 60 };
        await limits[0]!.take(rule, 'somebody');
        await expect(limits[1]!.take(rule, 'somebody')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
        await caches[0]!.getOrSet(key, 60, async () => 'here');
        expect(await caches[1]!.getOrSet(key, 60, async () => 'there')).toBe('here');
      }
      await Promise.all([...limits, ...caches].map((each) => each.close()));
    });

    it('delivers bus messages, and delivers them again after the server was away', async () => {
      const { here, there, close } = await openTwo(group.url);
      const key = randomUUID();
      const received = await collect(there, key);
      await publish(here, key, 'before');
      expect(await received.until(1)).toEqual(['before']);
      await group.killMaster();
      await group.startMaster();
      await eventually(
        async () => {
          await publish(here, key, 'after');
          return received.ids;
        },
        (ids) => ids.includes('after'),
      );
      await close();
    });

    it('rejects a certificate of an unknown authority, with the reason', async () => {
      distrust();
      try {
        for (const open of [openRedis, openRedisKeys])
          await expect(open(group.url, 'test', log)).rejects.toThrow('self-signed certificate in certificate chain');
      } finally {
        distrust = authority.trust();
      }
    });
  }

  describe('with one server', () =>
    contract(async (certificate) => {
      const { kill, start, ...redis } = await startRedis({}, certificate);
      return { ...redis, killMaster: kill, startMaster: start };
    }));
  describe('behind Sentinels', () => contract(startSentinels));
  describeWhen(missingFullTier, 'with a cluster', () => contract(startCluster));

  it('rejects a certificate that was issued for another name', async () => {
    const redis = await startRedis({}, authority.issue('DNS:cache.example.org'));
    await expect(openRedis(redis.url, 'test', log)).rejects.toThrow("does not match certificate's altnames");
    await redis.stop();
  });
});
