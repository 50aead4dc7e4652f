import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { fromPglite } from 'pg-boss';
import { watchSession } from '../../gateway/subscriptions/session-watch.ts';
import { SessionAuthenticator } from '../../gateway/auth/session-authenticator.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import { RedisBus } from '../../infra/bus/redis.ts';
import type { ReplicaReader } from '../../infra/database/database.ts';
import { PgliteDatabase } from '../../infra/database/pglite.ts';
import { newId } from '../../infra/id.ts';
import { openLog } from '../../infra/log.ts';
import { PostgresQueue } from '../../infra/queue/postgres.ts';
import { openRedis } from '../../infra/redis/client.ts';
import { JwtAccessTokens } from '../../infra/tokens/access.ts';
import type { Source } from '../../schema/source.ts';
import type { Viewer } from '../../schema/viewer.ts';
import { SessionService } from '../../subgraphs/users/session.service.ts';
import { users } from '../../subgraphs/users/users.ts';
import { eventually } from '../support/eventually.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { Relay } from '../support/relay.ts';
import { byTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const ROUNDS = byTier(6, 20);
const log = openLog('silent');
const tokens = new JwtAccessTokens(new Uint8Array(32));

/** The authentication of one gateway: a bus and a session cache of its own. */
interface ProductApi {
  bus: Bus;
  authenticator: SessionAuthenticator;
  close(): Promise<void>;
}

interface SignedIn {
  token: string;
  viewer: Viewer;
}

/** A bus that reports every message as delivered. */
function trusting(bus: Bus): Bus {
  return {
    open: () => bus.open(),
    close: () => bus.close(),
    publish: (channel, key, payload) => bus.publish(channel, key, payload),
    publishConfirmed: (channel, key, payload) => bus.publish(channel, key, payload).then(() => true),
    subscribe: (channel, key, listener) => bus.subscribe(channel, key, listener),
    currentEpoch: () => ({ isContinuous: async () => true }),
    onReliabilityChange: () => () => {},
  };
}

describeWhen(missingRedis, 'a session that was ended by another process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'parley-revocation-'));
  const database = new PgliteDatabase(directory, log);
  let queue: PostgresQueue;
  let em: SqlEntityManager;
  let redis: Redis;
  let here: ProductApi;
  let there: ProductApi;

  let isDatabaseDown = false;
  const source: Source = {
    async execute({ variables }) {
      if (isDatabaseDown) return { errors: [{ message: 'The database cannot be reached.' }] };
      return { data: { session: await new SessionService(here.bus, queue).truth(em.fork(), String(variables!['id'])) } };
    },
    subscribe: () => Promise.reject(new Error('nobody subscribes here')),
  };

  async function openGatewayServer(url: string, wrap = (bus: Bus) => bus): Promise<ProductApi> {
    const own = new RedisBus((name) => openRedis(url, name, log), log);
    await own.open();
    const bus = wrap(own);
    const authenticator = new SessionAuthenticator(tokens, () => source, bus);
    await authenticator.open();
    return { bus, authenticator, close: () => authenticator.close().then(() => own.close()) };
  }

  async function signIn(): Promise<SignedIn> {
    const userId = newId();
    await em.execute(
      `insert into users."user" (id, email, email_key, name, role, password_hash, created_at) values (?, ?, ?, 'Ada', 'USER', 'x', now())`,
      [userId, `${userId}@example.org`, `${userId}@example.org`],
    );
    const { sessionId } = await em.fork().transactional((inner) => new SessionService(here.bus, queue).open(inner, userId));
    const { token } = await tokens.signAccessToken({ userId, sessionId });
    return { token, viewer: { userId, sessionId, role: 'USER' } };
  }

  /** Ends a session like the mutation, in a process with this bus. */
  function signOut({ viewer }: SignedIn, bus = here.bus): Promise<boolean> {
    const read: ReplicaReader = (work) => work(em.fork());
    const context = { identity: { viewer, requestId: newId() }, em: em.fork(), read, bus, log };
    return new SessionService(bus, queue).signOut(context, viewer);
  }

  const isAccepted = ({ authenticator }: ProductApi, { token }: SignedIn) =>
    authenticator.authenticate(token).then(
      () => true,
      () => false,
    );
  const isReconnected = () => eventually(() => there.bus.currentEpoch().isContinuous(), Boolean);

  beforeAll(async () => {
    await database.open();
    queue = new PostgresQueue({ db: fromPglite(database.engine), backend: 'pglite' }, log);
    await queue.open();
    em = await database.connect(users);
    redis = await startRedis();
    [here, there] = [await openGatewayServer(redis.url), await openGatewayServer(redis.url)];
  });
  afterAll(async () => {
    await Promise.all([here.close(), there.close()]);
    await queue.close();
    await database.close();
    await redis.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it(`is rejected, ${ROUNDS} times while Redis is killed or emptied; other sessions are accepted`, async () => {
    let [accepted, refused] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [leaver, stayer] = [await signIn(), await signIn()];
      expect([await isAccepted(there, leaver), await isAccepted(there, stayer)]).toEqual([true, true]);
      await signOut(leaver);
      const struck = round % 2 === 0 ? redis.kill() : redis.run('FLUSHALL');
      accepted += Number(await isAccepted(there, leaver));
      refused += Number(!(await isAccepted(there, stayer)));
      await struck;
      accepted += Number(await isAccepted(there, leaver));
      if (round % 2 === 0) await redis.start();
      accepted += Number(await isAccepted(there, leaver));
      await isReconnected();
      accepted += Number(await isAccepted(there, leaver));
      refused += Number(!(await isAccepted(there, stayer)));
    }
    expect({ accepted, refused }).toEqual({ accepted: 0, refused: 0 });
  });

  it('is rejected if Redis dies before the revocation is published', async () => {
    const leavers = await Promise.all([1, 2, 3, 4, 5].map(signIn));
    for (const leaver of leavers) expect(await isAccepted(there, leaver)).toBe(true);
    // From just before the commit until after it.
    const ended = leavers.map((leaver) => signOut(leaver));
    await redis.kill();
    const accepted = await Promise.all(leavers.map((leaver, index) => ended[index]!.then(() => isAccepted(there, leaver))));
    expect(accepted).toEqual(leavers.map(() => false));
    await redis.start();
    await isReconnected();
  });

  it('is rejected like every session while neither Redis nor the database responds', async () => {
    const [leaver, stayer] = [await signIn(), await signIn()];
    for (const person of [leaver, stayer]) expect(await isAccepted(there, person)).toBe(true);
    await signOut(leaver);
    await redis.kill();
    isDatabaseDown = true;
    await expect(there.authenticator.authenticate(stayer.token)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(await isAccepted(there, leaver)).toBe(false);
    isDatabaseDown = false;
    expect([await isAccepted(there, leaver), await isAccepted(there, stayer)]).toEqual([false, true]);
    await redis.start();
    await isReconnected();
  });

  it('is accepted for a while by a gateway that trusts the bus (known-bad variant)', async () => {
    const careless = await openGatewayServer(redis.url, trusting);
    const leaver = await signIn();
    expect(await isAccepted(careless, leaver)).toBe(true);
    await redis.kill();
    await signOut(leaver, careless.bus);
    expect(await isAccepted(careless, leaver)).toBe(true);
    await redis.start();
    await careless.close();
    await isReconnected();
  });

  behind('a network that has silently stopped', async (relay, far) => {
    const leaver = await signIn();
    expect(await isAccepted(far, leaver)).toBe(true);
    await relay.setState('hold');
    await signOut(leaver);
    expect(await isAccepted(far, leaver)).toBe(false);
  });

  behind('a network that has silently stopped, as a stream', async (relay, far) => {
    const leaver = await signIn();
    const why = new Promise((end) =>
      watchSession(
        { authenticator: far.authenticator, people: { enter: () => () => {} } },
        { ...leaver, expiresAt: new Date(Date.now() + 60_000) } as never,
        end,
      ),
    );
    await relay.setState('hold');
    await signOut(leaver);
    expect(await why).toBe('session revoked');
  });

  /** `far` connects to Redis through a relay. */
  function behind(name: string, body: (relay: Relay, far: ProductApi) => Promise<void>): void {
    it(`is rejected behind ${name}`, async () => {
      const relay = await Relay.start(redis.port);
      const far = await openGatewayServer(`redis://127.0.0.1:${relay.port}`);
      await body(relay, far);
      await far.close();
      await relay.close();
    });
  }
});
