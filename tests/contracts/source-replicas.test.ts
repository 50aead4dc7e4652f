import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { RemoteSource } from '../../gateway/sources/remote.ts';
import type { Source } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { eventually } from '../support/eventually.ts';
import { identities, serve } from '../support/federation/served.ts';

const ADA: Identity = { viewer: { userId: 'ada', role: 'EDITOR', sessionId: 's1' }, requestId: 'r1', ip: '192.0.2.7' };

const ticking: Source = {
  execute: async () => ({ data: { now: 1 } }),
  subscribe: async () =>
    (async function* () {
      yield { data: { ticks: 1 } };
    })(),
};

/** Starts a server that gives every request this answer, also one for a WebSocket, after `delayMs`. */
async function answering(status: number, body: object, delayMs = 0) {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    setTimeout(() => response.writeHead(status).end(JSON.stringify(body)), delayMs);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked: (path: string) => asked.filter((each) => each === path).length,
    become: (otherStatus: number, otherBody: object) => void ([status, body] = [otherStatus, otherBody]),
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

it('the client of a subgraph retries a replica that was draining and is back before one that has just failed', async () => {
  const stopping = await answering(503, {});
  const socketless = await answering(200, { data: { now: 2 } });
  const remote = new RemoteSource({ name: 'clock', urls: [stopping.url, socketless.url], identities });
  const open = [() => remote.close(), () => socketless.stop()];
  try {
    expect(await remote.execute({ query: '{ now }' }, ADA)).toEqual({ data: { now: 2 } });
    await stopping.stop();
    const back = await serve(ticking, stopping.port);
    open.push(() => back.stop());
    const events = (await remote.subscribe({ query: 'subscription { ticks }' }, ADA)) as AsyncIterableIterator<unknown>;
    expect(await events.next()).toMatchObject({ value: { data: { ticks: 1 } } });
  } finally {
    await Promise.all(open.map((close) => close()));
  }
});

it('the client of a subgraph skips a replica that is starting, until its health check succeeds', async () => {
  const starting = await answering(503, {});
  const served = await serve(ticking);
  const remote = new RemoteSource({ name: 'clock', urls: [starting.url, served.url], identities });
  try {
    for (let asked = 0; asked < 50; asked++) expect(await remote.execute({ query: '{ now }' }, ADA)).toEqual({ data: { now: 1 } });
    expect(starting.asked('/graphql')).toBe(1);
    starting.become(200, { data: { now: 2 } });
    await eventually(
      () => remote.execute({ query: '{ now }' }, ADA),
      ({ data }) => data?.['now'] === 2,
    );
  } finally {
    await Promise.all([remote.close(), served.stop(), starting.stop()]);
  }
});

it('the client of a subgraph asks the next replica after the timeout, however long the first one takes to refuse', async () => {
  const patienceMs = 50;
  const slow = await answering(503, {}, patienceMs * 4);
  const served = await serve(ticking);
  const remote = new RemoteSource({ name: 'clock', urls: [slow.url, served.url], identities, patienceMs });
  try {
    expect(await remote.execute({ query: 'mutation { wind }' }, ADA)).toEqual({ data: { now: 1 } });
    expect(slow.asked('/graphql')).toBe(1);
  } finally {
    await Promise.all([remote.close(), served.stop(), slow.stop()]);
  }
});

it.each([
  [400, { errors: [{ message: 'This does not fit.' }] }],
  [422, { data: null, errors: [{ message: 'Nor does this.', path: ['now'] }] }],
])('the client of a subgraph accepts a GraphQL result with the HTTP status %d, and does not retry', async (status, result) => {
  const refusing = await answering(status, result);
  const remote = new RemoteSource({ name: 'clock', urls: [refusing.url], identities });
  try {
    for (let asked = 1; asked <= 8; asked++) {
      expect(await remote.execute({ query: '{ now }' }, ADA)).toEqual(result);
      expect(refusing.asked('/graphql')).toBe(asked);
    }
  } finally {
    await Promise.all([remote.close(), refusing.stop()]);
  }
});
