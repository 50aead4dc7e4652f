import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectedPeople } from '../../gateway/subscriptions/connected-people.ts';
import { PeopleConnected } from '../../subgraphs/analytics/people-connected.ts';
import { eventually } from '../support/eventually.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { oneForBoth, openTwo, type TwoBuses } from '../support/two-buses.ts';
import { describeWhen } from '../support/when.ts';

/** Two gateway processes, and analytics with a clock of its own. */
function open(buses: TwoBuses) {
  const clock = { ms: 0 };
  const figures = new PeopleConnected(buses.there, () => clock.ms);
  const stop = figures.watch();
  const [first, second] = [new ConnectedPeople(buses.here), new ConnectedPeople(buses.there)];
  return {
    first,
    second,
    figures,
    clock,
    begin: () => [first, second].forEach((gateway) => gateway.open()),
    becomes: (people: number | null) =>
      eventually(
        () => figures.sum(),
        (sum) => sum === people,
      ),
    /** Lets time pass until every process has had time to publish. */
    isKnown: () =>
      eventually(
        () => ((clock.ms += 100), figures.sum()),
        (sum) => sum !== null,
      ),
    async close() {
      await Promise.all([first.close(), second.close()]);
      stop();
      await buses.close();
    },
  };
}

function contract(openBuses: () => Promise<TwoBuses>): void {
  it('is null until every process has had time to publish, then the sum over the processes', async () => {
    const { first, second, figures, begin, isKnown, becomes, close } = open(await openBuses());
    first.enter('ada');
    first.enter('ada');
    second.enter('ada');
    second.enter('bob');
    begin();
    expect(await figures.sum()).toBeNull();
    await isKnown();
    await becomes(3);
    await close();
  });

  it('follows people who come and go, and a process that closes', async () => {
    const { first, second, begin, isKnown, becomes, close } = open(await openBuses());
    begin();
    const leave = first.enter('ada');
    second.enter('bob');
    await isKnown();
    await becomes(2);
    leave();
    leave();
    await becomes(1);
    await second.close();
    await becomes(0);
    await close();
  });

  it('forgets a process that has been silent for thirty seconds', async () => {
    const buses = await openBuses();
    const { clock, isKnown, becomes, close } = open(buses);
    await isKnown();
    await buses.here.publish('people.connected', 'all', { process: 'killed', people: 7 });
    await becomes(7);
    clock.ms += 30_000;
    await becomes(7);
    clock.ms += 1;
    await becomes(0);
    await close();
  });
}

describe('the number of connected people, in memory', () => contract(oneForBoth));

describeWhen(missingRedis, 'the number of connected people, on Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  contract(() => openTwo(redis.url));

  it('is null while Redis is down, and right again when it is back', async () => {
    const { first, second, begin, isKnown, becomes, close } = open(await openTwo(redis.url));
    begin();
    first.enter('ada');
    await isKnown();
    await becomes(1);
    await redis.kill();
    await becomes(null);
    second.enter('bob');
    await redis.start();
    await isKnown();
    await becomes(2);
    await close();
  });
});
