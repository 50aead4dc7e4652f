import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { pino } from 'pino';
import WebSocket from 'ws';
import { local } from '../../gateway/sources/local.ts';
import { RemoteSource } from '../../gateway/sources/remote.ts';
import { Failure } from '../../schema/errors.ts';
import type { Source, SourceResult } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { schemaSource } from '../../subgraphs/framework/schema-source.ts';
import { eventually } from '../support/eventually.ts';
import { Channel } from '../support/federation/channel.ts';
import { identities, serve, type Served } from '../support/federation/served.ts';

const ADA: Identity = { viewer: { userId: 'ada', role: 'EDITOR', sessionId: 's1' }, requestId: 'r1', ip: '192.0.2.7' };
const SDL = `
  type Query { now: String who: String early: String }
  type Mutation { wind: Int }
  type Subscription { ticks(from: Int): Int }`;

/** A subgraph with a mutation that counts its calls, and a subscription whose events the test sends. */
class Clock {
  wound = 0;
  readonly opened: Channel<number>[] = [];
  readonly source: Source;

  constructor() {
    const resolvers = {
      Query: {
        now: () => new Date(0),
        who: (_: unknown, __: unknown, { identity }: { identity: Identity }) => JSON.stringify(identity),
        early: () => Promise.reject(new Failure('RUN_ACTIVE', { runId: 'r7' })),
      },
      Mutation: { wind: () => ++this.wound },
      Subscription: {
        ticks: {
          subscribe: (_: unknown, { from }: { from?: number }) => {
            if (from === 13) throw new Failure('BAD_USER_INPUT', { field: 'from' });
            this.opened.push(new Channel());
            return this.opened.at(-1);
          },
          resolve: (tick: number) => tick,
        },
      },
    };
    const schema = buildSubgraphSchema([{ typeDefs: parse(SDL), resolvers }]);
    this.source = schemaSource(schema, {
      em: { fork: () => ({}) } as never,
      read: async () => undefined as never,
      bus: {} as never,
      log: pino({ level: 'silent' }),
    });
  }
}

const TICKS = { query: 'subscription ($from: Int) { ticks(from: $from) }' };

async function read(source: Source, request: { query: string; variables?: Record<string, unknown> }) {
  const events = await source.subscribe(request, ADA);
  return Symbol.asyncIterator in events ? events : (async function* () { yield events; })(); // prettier-ignore
}

async function nextOf(events: AsyncIterator<SourceResult>): Promise<unknown> {
  const { done, value } = await events.next();
  return done ? 'the end' : JSON.parse(JSON.stringify(value));
}

describe.each(['in this process', 'in another'])('the client of a subgraph %s', (place) => {
  let clock: Clock;
  let source: Source;
  let close: () => Promise<void>;
  beforeEach(async () => {
    clock = new Clock();
    if (place === 'in this process') return void ([source, close] = [local(clock.source), async () => {}]);
    const served = await serve(clock.source);
    const remote = new RemoteSource({ name: 'clock', urls: [served.url], identities });
    [source, close] = [remote, async () => void (await Promise.all([remote.close(), served.stop()]))];
  });
  afterEach(() => close());

  it('returns data, with dates as text', async () => {
    expect(await source.execute({ query: '{ now }' }, ADA)).toEqual({ data: { now: expect.any(String) } });
  });

  it('passes the identity of the caller, and nothing else of the request', async () => {
    const { data } = await source.execute({ query: '{ who }' }, ADA);
    expect(JSON.parse(data!['who'])).toEqual(ADA);
  });

  it('returns the code, the path and the details of a failure', async () => {
    const { data, errors } = await source.execute({ query: '{ early now }' }, ADA);
    expect(data).toMatchObject({ early: null });
    expect(errors).toEqual([
      { message: expect.any(String), path: ['early'], extensions: { code: 'RUN_ACTIVE', retryable: true, runId: 'r7' } },
    ]);
  });

  it('delivers events in their order, and their end', async () => {
    const events = await read(source, TICKS);
    const first = nextOf(events);
    const channel = await eventually(async () => clock.opened[0]!, Boolean);
    channel.push(1, 2, 3);
    channel.end();
    expect([await first, await nextOf(events), await nextOf(events), await nextOf(events)]).toEqual([
      { data: { ticks: 1 } },
      { data: { ticks: 2 } },
      { data: { ticks: 3 } },
      'the end',
    ]);
  });

  it('returns the reason why a subscription is refused', async () => {
    const events = await read(source, { ...TICKS, variables: { from: 13 } });
    expect(await nextOf(events)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', field: 'from' } }] });
    expect(await nextOf(events)).toBe('the end');
  });

  it('ends a stream after an error in the middle of it, and other streams continue', async () => {
    const [breaking, sound] = [await read(source, TICKS), await read(source, TICKS)];
    const [first, other] = [nextOf(breaking), nextOf(sound)];
    await eventually(
      async () => clock.opened,
      (opened) => opened.length === 2,
    );
    clock.opened[0]!.push(1);
    clock.opened[0]!.break(new Failure('SLOW_CONSUMER'));
    clock.opened[1]!.push(7);
    const seen = [await first, await other];
    expect(seen).toContainEqual({ data: { ticks: 1 } });
    const broken = JSON.stringify(seen[0]) === JSON.stringify({ data: { ticks: 1 } }) ? breaking : sound;
    expect(await nextOf(broken)).toMatchObject({ data: null, errors: [{ extensions: { code: 'SLOW_CONSUMER' } }] });
    expect(await nextOf(broken)).toBe('the end');
    clock.opened[1]!.push(8);
    expect(await nextOf(broken === breaking ? sound : breaking)).toEqual({ data: { ticks: 8 } });
  });

  it("stops the subgraph's work when the reader leaves, although no event comes", async () => {
    const events = await read(source, TICKS);
    const first = nextOf(events);
    const channel = await eventually(async () => clock.opened[0]!, Boolean);
    channel.push(1);
    await first;
    await events.return?.(undefined);
    await eventually(async () => channel.returned, Boolean);
  });
});

describe('a subgraph that listens on a port', () => {
  let clock: Clock;
  let served: Served;
  const open: RemoteSource[] = [];
  const connect = (urls: string[], patienceMs = 2_000) => {
    const remote = new RemoteSource({ name: 'clock', urls, identities, patienceMs });
    open.push(remote);
    return remote;
  };
  beforeEach(async () => {
    clock = new Clock();
    served = await serve(clock.source);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((remote) => remote.close()));
    await served.stop();
  });

  it.each([
    ['a caller without a token', async () => undefined],
    ['a caller with a token for another subgraph', () => identities.sign({ ...ADA }, 'tools')],
    ['a caller with a forged token', async () => 'eyJhbGciOiJub25lIn0.e30.'],
  ])('refuses %s even its schema, by request and by WebSocket', async (_who, tokenOf) => {
    const token = await tokenOf();
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query: '{ _service { sdl } }' }),
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });

    const client = createClient({ url: `${served.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const events = client.iterate({ ...TICKS, ...(token ? { extensions: { identity: token } } : {}) });
    await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(clock.opened).toEqual([]);
    await client.dispose();
  });

  it('is retried at another replica when one is unreachable, also for a mutation', async () => {
    const remote = connect(['http://127.0.0.1:1', served.url]);
    for (let asked = 1; asked <= 4; asked++)
      expect(await remote.execute({ query: 'mutation { wind }' }, ADA)).toEqual({ data: { wind: asked } });
  });

  it('is retried when an answer breaks off, but never for a mutation', async () => {
    const broken = await breakOff();
    const remote = connect([broken.url]);
    await expect(remote.execute({ query: 'mutation { wind }' }, ADA)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(broken.asked()).toBe(1);
    await expect(remote.execute({ query: '{ now }' }, ADA)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    expect(broken.asked()).toBe(5);
    await broken.stop();
  });

  it('loses no mutation to a replica that is draining', async () => {
    const other = await serve(clock.source);
    const remote = connect([served.url, other.url]);
    await remote.execute({ query: 'mutation { wind }' }, ADA);
    const stopping = other.stop();
    for (let asked = 2; asked <= 20; asked++)
      expect(await remote.execute({ query: 'mutation { wind }' }, ADA)).toEqual({ data: { wind: asked } });
    await stopping;
  });

  it('is unavailable while no replica answers, and answers again when one is back', async () => {
    const remote = connect([served.url]);
    await served.stop();
    await expect(remote.ping()).rejects.toThrow();
    for (let asked = 0; asked < 8; asked++)
      await expect(remote.execute({ query: '{ now }' }, ADA)).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    served = await serve(clock.source, served.port);
    await eventually(
      () => remote.execute({ query: '{ now }' }, ADA).catch(() => null),
      (answer) => answer !== null,
    );
    await remote.ping();
  });

  it('restarts a stream at another replica before its first event, and fails it afterwards', async () => {
    const other = await serve(clock.source);
    const remote = connect([other.url, served.url]);
    const [silent, started] = [await read(remote, TICKS), await read(connect([other.url]), TICKS)];
    const [first, second] = [nextOf(silent), nextOf(started)];
    await eventually(
      async () => clock.opened,
      (opened) => opened.length === 2,
    );
    for (const channel of clock.opened) channel.push(1);
    // One of them has delivered an event, and the other one waits for its next.
    await Promise.all([first, second]);
    const quiet = await read(connect([other.url, served.url]), TICKS);
    const waiting = nextOf(quiet);
    await eventually(
      async () => clock.opened,
      (opened) => opened.length === 3,
    );
    const broken = nextOf(started);
    const failing = expect(broken).rejects.toMatchObject({ code: 'DEPENDENCY_UNAVAILABLE' });
    await Promise.all([failing, other.stop()]);
    await eventually(
      async () => clock.opened,
      (opened) => opened.length === 4,
    );
    clock.opened[3]!.push(5);
    expect(await waiting).toEqual({ data: { ticks: 5 } });
  });

  it('restarts a stream that had no event for long before its replica went', async () => {
    const patienceMs = 100;
    const other = await serve(clock.source);
    const quiet = await read(connect([other.url, served.url], patienceMs), TICKS);
    const waiting = nextOf(quiet);
    const openedAt = performance.now();
    await eventually(async () => clock.opened.length === 1 && performance.now() - openedAt > patienceMs * 3, Boolean);
    await other.stop();
    const channel = await eventually(async () => clock.opened[1]!, Boolean);
    channel.push(5);
    expect(await waiting).toEqual({ data: { ticks: 5 } });
  });

  it('ends the stream of a reader that does not keep up', async () => {
    const events = await read(connect([served.url]), TICKS);
    const first = nextOf(events);
    const channel = await eventually(async () => clock.opened[0]!, Boolean);
    for (let tick = 1; tick <= 1_500; tick++) channel.push(tick);
    await first;
    await eventually(async () => channel.returned, Boolean);
    let seen = 1;
    const reading = (async () => {
      while ((await nextOf(events)) !== 'the end') seen++;
    })();
    await expect(reading).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
    expect(seen).toBeLessThan(1_500);
  });
});

/** Starts a server that accepts each request and then breaks the connection. */
async function breakOff(): Promise<{ url: string; asked(): number; stop(): Promise<void> }> {
  let asked = 0;
  const server: Server = createServer((request) => request.resume().on('end', () => (asked++, request.socket.destroy())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
