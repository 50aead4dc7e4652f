import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { Agent, fetch, type RequestInit } from 'undici';
import WebSocket from 'ws';
import { Caddy, missingCaddy } from '../support/deployment/caddy.ts';
import { Deployment, missingServers } from '../support/deployment/deployment.ts';
import { eventually } from '../support/eventually.ts';
import { answering } from '../support/model-script.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { RUN_EVENTS } from '../support/run-reader.ts';
import { readMetrics } from '../support/telemetry/metrics.ts';
import { describeWhen } from '../support/when.ts';

const START_MS = 300_000;
const METRICS_TOKEN = 'a token of at least thirty-two characters';
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { uploadUrl } }';
const STOP = 'mutation ($input: StopRunInput!) { stopRun(input: $input) { run { id } } }';
const LIVE = 'subscription { notificationReceived { id } }';
const TOUCH = 'mutation { markNotificationsRead(input: {}) { unreadCount } }';
const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }';
const SEEN_FROM = 'query ($filter: AuditFilter) { auditLog(first: 1, filter: $filter) { edges { node { ip } } } }';

describeWhen(missingCaddy ?? missingServers, 'the proxy of docker-compose.yml', () => {
  let caddy: Caddy;
  let roles: Deployment;
  let ada: Person;

  beforeAll(async () => {
    caddy = await Caddy.prepare();
    const env = { PUBLIC_URL: caddy.url, TRUSTED_PROXIES: '127.0.0.1', METRICS_TOKEN, MAX_UPLOAD_MB: '1' };
    roles = await Deployment.start({ gateways: 2, env });
    await caddy.start(roles.gateways);
    ada = await Person.signUp(roles);
  }, START_MS);
  afterAll(async () => {
    await caddy?.stop();
    await roles?.stop();
  });

  const authorization = () => ({ authorization: `Bearer ${ada.token}` });

  function postGraph(query: string, variables: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...authorization(), ...headers } };
    return caddy.fetch('/graphql', { ...init, body: JSON.stringify({ query, variables }) });
  }

  function eventStreams() {
    const fetchFn = ((url: string, init: RequestInit) => caddy.fetch(url, init)) as never;
    return createClient({ url: '/graphql/stream', headers: authorization(), fetchFn, retryAttempts: 0 });
  }

  it('redirects to https and sets HSTS', async () => {
    const location = await new Promise((resolve) =>
      request({ host: '127.0.0.1', port: caddy.httpPort, path: '/c/1?a=b', headers: { host: caddy.host } }, (response) =>
        resolve(`${response.statusCode} ${response.headers.location}`),
      ).end(),
    );
    // In production, https has its default port.
    expect(location).toBe(`308 https://${caddy.host}/c/1?a=b`);
    const page = await caddy.fetch('/');
    expect(page.status).toBe(200);
    expect(page.headers.get('strict-transport-security')).toMatch(/^max-age=31536000/);
  });

  it('forbids caching of pages, and allows it for existing files with a hash in their name', async () => {
    const page = await caddy.fetch('/sign-in');
    expect([page.headers.get('cache-control'), page.headers.get('cdn-cache-control')]).toEqual(['no-cache', null]);
    const [asset = ''] = /\/_app\/immutable\/[\w./-]+\.js/.exec(await page.text()) ?? [];
    const found = await caddy.fetch(asset, { headers: { 'accept-encoding': 'br' } });
    expect([found.status, found.headers.get('content-encoding')]).toEqual([200, 'br']);
    for (const header of ['cache-control', 'cdn-cache-control'])
      expect(found.headers.get(header)).toBe('public, max-age=31536000, immutable');
    const gone = await caddy.fetch('/_app/immutable/entry/gone.js');
    expect([gone.status, gone.headers.get('cache-control'), gone.headers.get('cdn-cache-control')]).toEqual([404, 'no-store', null]);
  });

  it('compresses responses of the graph', async () => {
    const introspection = await postGraph('{ __schema { types { name description } } }', {}, { 'accept-encoding': 'gzip' });
    expect(introspection.headers.get('content-encoding')).toBe('gzip');
    expect(await introspection.json()).toMatchObject({ data: { __schema: {} } });
  });

  it('hides internal paths', async () => {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    expect((await fetch(`${roles.gateways[0]!.url}/metrics`, { headers })).status).toBe(200);
    for (const path of ['/metrics', '/METRICS', '/%6detrics', '//metrics', '/metrics?a', '/health/ready', '/%68ealth/live']) {
      const { status } = await caddy.fetch(path, { headers });
      expect(`${path} ${status}`).toBe(`${path} 404`);
    }
  });

  it('forwards events of a stream without buffering', async () => {
    const { conversationId } = await ada.startConversation();
    roles.model.reply(answering({ fault: 'stall-after-first' }));
    const { runId } = await ada.send(conversationId, 'Hello');
    const seen: string[] = [];
    for await (const { data } of eventStreams().iterate<any>({ query: RUN_EVENTS, variables: { runId } })) {
      seen.push(data.runEvents.__typename);
      // The model continues only after the first event has arrived.
      if (data.runEvents.__typename === 'TextDelta') await ada.ask(STOP, { input: { runId } });
    }
    expect(seen).toEqual(expect.arrayContaining(['TextDelta', 'RunStopped']));
  });

  it('sets the client address, and drops forwarded headers of clients', async () => {
    const signUp = (name: string) => ({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
      body: JSON.stringify({ query: SIGN_UP, variables: { input: { email: `${name}@example.org`, password: PASSWORD, name } } }),
    });
    const addressOf = async (answer: any) => {
      const actorId = answer.data.signUp.user.id;
      const read = async () => (await ada.ask(SEEN_FROM, { filter: { actorId } })).auditLog.edges[0]?.node.ip;
      return eventually(read, (ip) => ip !== undefined);
    };
    const byProxy = await caddy.fetch('/graphql', signUp('grace'), '127.0.0.5');
    expect(await addressOf(await byProxy.json())).toBe('127.0.0.5');
    const elsewhere = new Agent({ localAddress: '127.0.0.6' });
    const besideIt = await fetch(`${roles.url}/graphql`, { ...signUp('alan'), dispatcher: elsewhere });
    expect(await addressOf(await besideIt.json())).toBe('127.0.0.6');
    await elsewhere.destroy();
  });

  it('forwards an upload without buffering', async () => {
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Papers' } });
    const document = { knowledgeBaseId: createKnowledgeBase.knowledgeBase.id, name: 'a.txt', mediaType: 'text/plain', sizeBytes: 10 };
    const { uploadUrl } = (await ada.ask(ADD, { input: document })).addDocument;
    expect(uploadUrl).toMatch(new RegExp(`^${caddy.url}/files/upload/`));
    const upload = httpsRequest(uploadUrl, { method: 'PUT', ...caddy.connection() });
    // The body is endless: only a server that reads it meanwhile detects that it is too long.
    Readable.from(endless()).pipe(upload);
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    upload.destroy();
  });

  it('accepts WebSockets of its own origin only', async () => {
    const open = async (origin: string) => {
      const socket = new WebSocket(`${caddy.url.replace('https', 'wss')}/graphql`, 'graphql-transport-ws', {
        ...caddy.connection(),
        origin,
      });
      const status = await new Promise<number>((answered) => {
        socket.once('open', () => answered(101)).once('unexpected-response', (_request, { statusCode }) => answered(statusCode ?? 0));
      });
      socket.on('error', () => undefined).terminate();
      return status;
    };
    expect(await open(caddy.url)).toBe(101);
    for (const origin of ['https://example.org', caddy.url.replace('https', 'http'), `https://${caddy.host}`])
      expect(`${origin} ${await open(origin)}`).toBe(`${origin} 403`);
  });

  it('keeps serving while a subgraph does not respond', async () => {
    const [tools] = roles.replicasOf('tools');
    process.kill(tools!.product.pid, 'SIGSTOP');
    try {
      for (let look = 0; look < 3; look += 1) {
        const { status } = await readinessOf(roles.gateways[0]!);
        expect(`${status}, and people get ${(await postGraph('{ viewer { id } }')).status}`).toBe('degraded, and people get 200');
      }
    } finally {
      process.kill(tools!.product.pid, 'SIGCONT');
    }
  });

  it('loses no request when the gateways restart one after the other', async () => {
    const answers: string[] = [];
    let isOver = false;
    const client = async (query: string) => {
      while (!isOver) {
        const answer = await postGraph(query).then((response) => response.text(), String);
        answers.push(/"data":\{/.test(answer) && !/"errors"/.test(answer) ? 'answered' : answer);
      }
    };
    const clients = [client('{ viewer { id } }'), client('{ viewer { id } }'), client(TOUCH), client(TOUCH)];
    try {
      for (const gateway of roles.gateways) {
        await gateway.stop();
        await gateway.start();
        await eventually(
          () => readinessOf(gateway),
          ({ status }) => status === 'ready',
          START_MS,
        );
      }
    } finally {
      isOver = true;
      await Promise.all(clients);
    }
    expect(answers.length).toBeGreaterThan(100);
    expect(answers.filter((answer) => answer !== 'answered')).toEqual([]);
  });

  it('stops at a signal although an event stream is open', async () => {
    eventStreams().subscribe({ query: LIVE }, { next: () => undefined, error: () => undefined, complete: () => undefined });
    const readers = () =>
      Promise.all(roles.gateways.map(async ({ url }) => (await readMetrics(url, METRICS_TOKEN)).sum('parley_subscriptions')));
    await eventually(readers, (counts) => counts.some((count) => count > 0));
    await caddy.stop();
  });
});

function* endless() {
  for (;;) yield Buffer.alloc(64 * 1024, 'x');
}

async function readinessOf({ url }: { url: string }): Promise<{ status: string }> {
  return (await (await fetch(`${url}/health/ready`)).json()) as { status: string };
}
