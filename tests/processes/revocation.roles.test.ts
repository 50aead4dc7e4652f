import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Deployment, missingServers } from '../support/deployment/deployment.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import type { Product } from '../support/product.ts';
import { RawSocket } from '../support/raw-socket.ts';
import { describeWhen } from '../support/when.ts';

const VIEWER = '{ viewer { id } }';
const SIGN_OUT = 'mutation { signOut { signedOut } }';
const ROUNDS = 20;

describeWhen(missingServers, 'a session that was ended through one gateway', () => {
  let deployment: Deployment;
  let here: Product;
  let there: Product;

  beforeAll(async () => {
    deployment = await Deployment.start({ gateways: 2, workers: 0 });
    [here, there] = deployment.gateways.map(({ product }) => product) as [Product, Product];
  }, 300_000);
  afterAll(() => deployment?.stop());

  /** UNAUTHENTICATED, or nothing when the person is let in. */
  async function refusalAt(door: Product, { token }: Person): Promise<string | undefined> {
    const { errors } = await door.graph(VIEWER, {}, token);
    return errors?.[0]?.extensions['code'] as string | undefined;
  }

  it('opens no other, 20 times, although Redis is killed or emptied at once, and closes its streams there', async () => {
    const { redis } = deployment;
    const refusals: (string | undefined)[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const leaver = await Person.signUp(here);
      expect(await refusalAt(there, leaver)).toBeUndefined();
      // A plain socket: a client closes its own when its only stream ends, as it may when Redis is not back yet.
      const socket = await RawSocket.enter(there, leaver.token);
      socket.subscribe('1', 'subscription { notificationReceived { id } }');

      await leaver.ask(SIGN_OUT);
      const struck = round % 2 === 0 ? redis.kill() : redis.run('FLUSHALL');
      refusals.push(await refusalAt(there, leaver));
      await struck;
      refusals.push(await refusalAt(there, leaver), await refusalAt(here, leaver));
      if (round % 2 === 0) await redis.start();
      refusals.push(await refusalAt(there, leaver));
      expect((await socket.closed).code).toBe(4403);
    }
    expect(refusals).toEqual(Array.from({ length: 4 * ROUNDS }, () => 'UNAUTHENTICATED'));
  }, 300_000);

  it('opens no other although Redis was dead already; whoever stays is let in by both all the time', async () => {
    const { redis } = deployment;
    const [leaver, stayer] = [await Person.signUp(here), await Person.signUp(here)];
    for (const door of [here, there]) expect(await refusalAt(door, leaver)).toBeUndefined();
    await redis.kill();
    await leaver.ask(SIGN_OUT);
    for (const door of [here, there])
      expect([await refusalAt(door, leaver), await refusalAt(door, stayer)]).toEqual(['UNAUTHENTICATED', undefined]);
    const returns = async () => there.logs.filter(({ msg }) => msg === 'Redis is back').length;
    const before = await returns();
    await redis.start();
    await eventually(returns, (count) => count > before);
    for (const door of [here, there])
      expect([await refusalAt(door, leaver), await refusalAt(door, stayer)]).toEqual(['UNAUTHENTICATED', undefined]);
  });
});
