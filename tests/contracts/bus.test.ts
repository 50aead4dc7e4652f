import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Bus } from '../../infra/bus/bus.ts';
import { eventually } from '../support/eventually.ts';
import { missingCluster, startCluster, startSentinels } from '../support/redis-groups.ts';
import { missingRedis, startRedis } from '../support/redis.ts';
import { collect, oneForBoth, openTwo, publish, type TwoBuses } from '../support/two-buses.ts';
import { missingFullTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

function contract(open: () => Promise<TwoBuses>): void {
  let opened: TwoBuses;
  let here: Bus;
  let there: Bus;

  beforeAll(async () => {
    opened = await open();
    ({ here, there } = opened);
  });
  afterAll(() => opened.close());

  it('delivers in order to every subscriber of the key, in the publishing process too, once subscribe resolves', async () => {
    const key = randomUUID();
    const listening = [await collect(here, key), await collect(here, key), await collect(there, key)];
    const ids = Array.from({ length: 200 }, (_, index) => String(index));
    for (const id of ids) await publish(here, key, id);
    for (const each of listening) expect(await each.until(200)).toEqual(ids);
  });

  it('does not mix keys or channels', async () => {
    const key = randomUUID();
    const mine = await collect(here, key);
    const stops: string[] = [];
    await here.subscribe('run.stop', key, ({ runId }) => stops.push(runId));
    await publish(there, `${key}0`, 'other key');
    await there.publish('conversation', key, { conversationId: 'other channel' });
    await publish(there, key, 'mine');
    expect(await mine.until(1)).toEqual(['mine']);
    expect(stops).toEqual([]);
  });

  it('keeps delivering to the second subscriber after the first unsubscribes', async () => {
    const key = randomUUID();
    const [first, second] = [await collect(here, key), await collect(here, key)];
    await first.stop();
    await first.stop();
    await publish(here, key, 'after');
    expect(await second.until(1)).toEqual(['after']);
    expect(first.ids).toEqual([]);
  });

  it('delivers to a subscriber that joins while the last one unsubscribes', async () => {
    const key = randomUUID();
    for (let round = 0; round < 20; round += 1) {
      const [first] = [await collect(here, key)];
      const [, second] = await Promise.all([first.stop(), collect(here, key)]);
      await publish(there, key, String(round));
      expect(await second.until(1)).toEqual([String(round)]);
      await second.stop();
    }
  });

  it('gives each subscriber a separate JSON copy of the payload', async () => {
    const key = randomUUID();
    const received: any[] = [];
    for (let i = 0; i < 2; i += 1) await here.subscribe('document', key, (payload) => received.push(payload));
    await here.publish('document', key, { documentId: 'd', status: '✓ \u2028', stage: 's', progress: null, deleted: undefined! });
    await eventually(
      async () => received.length,
      (length) => length === 2,
      5_000,
    );
    expect(received[0]).toStrictEqual({ documentId: 'd', status: '✓ \u2028', stage: 's', progress: null });
    expect(received[0]).not.toBe(received[1]);
  });

  it('keeps delivering to other subscribers when one throws', async () => {
    const key = randomUUID();
    const before = await collect(here, key);
    await here.subscribe('notification', key, () => {
      throw new Error('a subscriber of the test');
    });
    const after = await collect(here, key);
    for (const id of ['first', 'second']) await publish(here, key, id);
    for (const each of [before, after]) expect(await each.until(2)).toEqual(['first', 'second']);
  });

  it('has delivered every confirmed message before an epoch is found continuous, in every process', async () => {
    const key = randomUUID();
    const { ids } = await collect(there, key);
    const epoch = there.currentEpoch();
    for (let round = 1; round <= 100; round += 1) {
      expect(await here.publishConfirmed('notification', key, { notificationId: String(round) })).toBe(true);
      // Concurrent callers may share a PING, but not one that was sent earlier.
      const proofs = await Promise.all([epoch.isContinuous(), epoch.isContinuous()]);
      expect([...proofs, ids.length]).toEqual([true, true, round]);
    }
  });

  it('reports that its epoch is not continuous once it is closed', async () => {
    const another = await open();
    const epoch = another.there.currentEpoch();
    await another.close();
    expect(await epoch.isContinuous()).toBe(false);
    expect(await another.there.currentEpoch().isContinuous()).toBe(false);
  });

  it('accepts messages without subscribers', async () => {
    await expect(publish(here, randomUUID(), 'nobody')).resolves.toBeUndefined();
  });
}

describe('bus in memory', () => contract(oneForBoth));

function contractOn(start: () => Promise<{ url: string; stop(): Promise<void> }>): void {
  let servers: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.stop());

  contract(() => openTwo(servers.url));
}

describeWhen(missingRedis, 'bus on Redis', () => contractOn(startRedis));
describeWhen(missingRedis, 'bus on Redis behind Sentinels', () => contractOn(startSentinels));
describeWhen(missingFullTier ?? missingCluster, 'bus on a Redis cluster', () => contractOn(startCluster));
