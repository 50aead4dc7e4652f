import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newId } from '../../infra/id.ts';
import { Deployment, missingServers, type RoleProcess } from '../support/deployment/deployment.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import type { GraphAnswer } from '../support/product-pool/product-client.ts';
import type { Product } from '../support/product.ts';
import { RawSocket } from '../support/raw/socket.ts';
import { byTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const VIEWER = '{ viewer { id } }';
const SIGN_OUT = 'mutation { signOut { signedOut } }';
const ROUNDS = byTier(6, 20);

describeWhen(missingServers, 'a session that ended at one gateway', () => {
  let deployment: Deployment;
  let here: Product;
  let there: Product;

  beforeAll(async () => {
    deployment = await Deployment.start({ gateways: 2, workers: 0 });
    [here, there] = deployment.gateways.map(({ product }) => product) as [Product, Product];
  }, 300_000);
  afterAll(() => deployment?.stop());

  /** Returns UNAUTHENTICATED, or undefined if the request is accepted. */
  async function refusalAt(door: Product, { token }: Person): Promise<string | undefined> {
    const { errors } = await door.graph(VIEWER, {}, token);
    return errors?.[0]?.extensions['code'] as string | undefined;
  }

  /** The same, over an open socket. */
  async function refusalOver(socket: RawSocket): Promise<string | undefined> {
    const id = newId();
    socket.subscribe(id, VIEWER);
    const closed = socket.closed.then(({ code }) => (code === 4403 ? 'UNAUTHENTICATED' : `closed with ${code}`));
    const answered = socket.message((message) => message.id === id).then(({ payload }) => (payload.errors ?? payload)[0]?.extensions.code);
    return Promise.race([closed, answered]);
  }

  /** The same, over a new socket. */
  async function refusalOfSocket(door: Product, { token }: Person): Promise<string | undefined> {
    const socket = await RawSocket.open(door);
    socket.send({ type: 'connection_init', payload: { accessToken: token } });
    const closed = socket.closed.then(({ code }) => (code === 4403 ? 'UNAUTHENTICATED' : `closed with ${code}`));
    return Promise.race([closed, socket.message(({ type }) => type === 'connection_ack').then(() => undefined)]);
  }

  /** The same, at an internal port, which accepts no access token. */
  async function refusalBehind({ url }: RoleProcess, { token }: Person): Promise<string | undefined> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: VIEWER }) });
    const { errors } = (await response.json()) as GraphAnswer;
    return errors?.[0]?.extensions['code'];
  }

  it(`is rejected by the other, and its streams there are closed, ${ROUNDS} times while Redis is killed or emptied`, async () => {
    const { redis, subgraphs } = deployment;
    const refusals: (string | undefined)[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const leaver = await Person.signUp(here);
      expect(await refusalAt(there, leaver)).toBeUndefined();
      // A raw socket, because a client closes its socket when its only stream ends, e.g. while Redis is still down.
      const socket = await RawSocket.enter(there, leaver.token);
      socket.subscribe('1', 'subscription { notificationReceived { id } }');
      expect(await refusalOver(socket)).toBeUndefined();

      await leaver.ask(SIGN_OUT);
      const struck = round % 2 === 0 ? redis.kill() : redis.run('FLUSHALL');
      refusals.push(...(await Promise.all([refusalAt(there, leaver), refusalOver(socket), refusalOfSocket(there, leaver)])));
      await struck;
      refusals.push(await refusalAt(there, leaver), await refusalAt(here, leaver), await refusalOfSocket(here, leaver));
      if (round % 2 === 0) await redis.start();
      refusals.push(await refusalAt(there, leaver), await refusalBehind(subgraphs[round % subgraphs.length]!, leaver));
      expect((await socket.closed).code).toBe(4403);
    }
    expect(refusals).toEqual(Array.from({ length: 8 * ROUNDS }, () => 'UNAUTHENTICATED'));
  }, 300_000);

  it('is rejected by the other while Redis is down; other sessions are always accepted by both', async () => {
    const { redis } = deployment;
    const [leaver, stayer] = [await Person.signUp(here), await Person.signUp(here)];
    for (const door of [here, there]) expect(await refusalAt(door, leaver)).toBeUndefined();
    await redis.kill();
    await leaver.ask(SIGN_OUT);
    for (const door of [here, there])
      expect([await refusalAt(door, leaver), await refusalAt(door, stayer)]).toEqual(['UNAUTHENTICATED', undefined]);
    const returns = async () => there.logs.filter(({ msg }) => msg === 'reconnected to Redis').length;
    const before = await returns();
    await redis.start();
    await eventually(returns, (count) => count > before);
    for (const door of [here, there])
      expect([await refusalAt(door, leaver), await refusalAt(door, stayer)]).toEqual(['UNAUTHENTICATED', undefined]);
  });
});
