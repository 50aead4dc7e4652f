import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { RemoteSource } from '../../gateway/sources/remote.ts';
import type { Source } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { identities, serve } from '../support/federation/served.ts';

const ADA: Identity = { viewer: { userId: 'ada', role: 'EDITOR', sessionId: 's1' }, requestId: 'r1', ip: '192.0.2.7' };

const ticking: Source = {
  execute: async () => ({ data: { now: 1 } }),
  subscribe: async () =>
    (async function* () {
      yield { data: { ticks: 1 } };
    })(),
};

/** Answers every request like this, also one for a socket. */
async function answering(status: number, body: object) {
  const server = createServer((_request, response) => void response.writeHead(status).end(JSON.stringify(body)));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  };
  return { port, url: `http://127.0.0.1:${port}`, stop };
}

it('asks a replica that was about to stop, and is back, before it asks again one that has just failed', async () => {
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
