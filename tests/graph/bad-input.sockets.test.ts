import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.ts';
import { tokenExpiringIn, FORGED_SECRET } from '../support/forged-token.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { RawSocket } from '../support/raw/socket.ts';

let product: Product;
let ada: Person;
beforeAll(async () => {
  product = await startProduct({ env: { SECRET_KEY: FORGED_SECRET, INTROSPECTION: 'off' } });
  ada = await Person.signUp(product);
});
afterAll(() => product.stop());

const LIVE = 'subscription { notificationReceived { id } }';
const errorsOf = (socket: RawSocket, id: string) =>
  socket
    .message((message) => message.id === id && (message.type === 'error' || message.payload?.errors))
    .then(({ payload }) => payload.errors ?? payload);
const codeOf = async (socket: RawSocket, id: string) => (await errorsOf(socket, id))[0].extensions.code as string;

/** Asserts that the socket still answers, which proves that only the operation was refused. */
async function expectAlive(socket: RawSocket): Promise<void> {
  socket.subscribe('alive', '{ viewer { id } }');
  const { payload } = await socket.message(({ id }) => id === 'alive');
  expect(payload).toEqual({ data: { viewer: { id: ada.id } } });
}

describe('opening a WebSocket', () => {
  it('closes with 4408 when no connection_init arrives for three seconds', async () => {
    const { code, afterMs } = await (await RawSocket.open(product)).closed;
    expect(code).toBe(4408);
    expect(afterMs).toBeLessThan(6_000);
  });

  it.each<[string, (socket: RawSocket) => void, number]>([
    ['an operation before connection_init', (socket) => socket.subscribe('1', LIVE), 4401],
    ['an invalid token', (socket) => socket.send({ type: 'connection_init', payload: { accessToken: 'a.b.c' } }), 4403],
    ['a connection_init without a token', (socket) => socket.send({ type: 'connection_init' }), 4403],
    ['a token that is not a string', (socket) => socket.send({ type: 'connection_init', payload: { accessToken: { a: 1 } } }), 4403],
    ['a message that is not JSON', (socket) => socket.send('{"type":'), 4400],
    ['a binary message', (socket) => socket.socket.send(Buffer.from([1, 2, 3])), 4400],
    ['a message of an unknown type', (socket) => socket.send({ type: 'hello' }), 4400],
    ['a message over 256 kB', (socket) => socket.send('x'.repeat(300_000)), 1009],
  ])('closes after %s', async (_what, speak, code) => {
    const socket = await RawSocket.open(product);
    speak(socket);
    expect((await socket.closed).code).toBe(code);
  });

  it.each(['Authorization', 'authorization'])('succeeds with a bearer token as `%s` in connection_init', async (name) => {
    const socket = await RawSocket.open(product);
    socket.send({ type: 'connection_init', payload: { [name]: `Bearer ${ada.token}` } });
    await socket.message(({ type }) => type === 'connection_ack');
    await expectAlive(socket);
    socket.socket.terminate();
  });

  it('closes with 4429 on a second connection_init', async () => {
    const socket = await RawSocket.enter(product, ada.token);
    socket.send({ type: 'connection_init', payload: { accessToken: ada.token } });
    expect((await socket.closed).code).toBe(4429);
  });

  it('closes with 4409 on a subscription id that is in use', async () => {
    const socket = await RawSocket.enter(product, ada.token);
    socket.subscribe('1', LIVE);
    socket.subscribe('1', LIVE);
    expect((await socket.closed).code).toBe(4409);
  });

  it('refuses the old subscriptions-transport-ws protocol', async () => {
    expect(await (await RawSocket.open(product, {}, 'graphql-ws')).refusal).toBe(0);
  });

  it.each(['https://evil.example', 'null', 'http://localhost.evil.example'])(
    'refuses the upgrade for a page of origin %s',
    async (origin) => {
      expect(await (await RawSocket.open(product, { origin })).refusal).toBe(403);
    },
  );

  it('succeeds for pages of the product, and not at another host name', async () => {
    const own = await RawSocket.open(product, { origin: product.url });
    expect(await own.refusal).toBeNull();
    own.socket.terminate();
    expect(await (await RawSocket.open(product, { headers: { host: 'evil.example' } })).refusal).toBe(421);
  });
});

describe('the limits of a WebSocket', () => {
  it('refuse the 21st subscription of a socket without ending the others', async () => {
    const socket = await RawSocket.enter(product, ada.token);
    for (let n = 1; n <= 21; n++) socket.subscribe(`s${n}`, LIVE);
    expect(await codeOf(socket, 's21')).toBe('TOO_MANY_SUBSCRIPTIONS');
    socket.send({ id: 's1', type: 'complete' });
    await expectAlive(socket);
    socket.socket.close();
    await socket.closed;
  });

  it('refuse the 51st subscription of a person over all sockets', async () => {
    const bob = await Person.signUp(product, 'Bob');
    const sockets = await Promise.all([1, 2, 3].map(() => RawSocket.enter(product, bob.token)));
    sockets.forEach((socket, which) => Array.from({ length: 17 }, (_, n) => socket.subscribe(`${which}-${n}`, LIVE)));
    const refusals = sockets.map((socket) => socket.message(({ type, payload }) => type === 'next' && payload.errors));
    const { payload } = await Promise.any(refusals);
    expect(payload.errors[0].extensions.code).toBe('TOO_MANY_SUBSCRIPTIONS');
    refusals.forEach((refusal) => refusal.catch(() => undefined));
    for (const socket of sockets) socket.socket.terminate();
  });

  it.each([
    [
      'a depth of 60',
      `{ conversations ${'{ edges { node { assistant { versions '.repeat(15)} { totalCount } ${'} } } }'.repeat(15)} }`,
      'QUERY_TOO_COMPLEX',
    ],
    ['introspection where it is disabled', '{ __schema { types { name } } }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown field of a subscription', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['a missing variable', 'query ($id: ID!) { conversation(id: $id) { id } }', 'BAD_USER_INPUT'],
    ['text that is not GraphQL', '{', 'GRAPHQL_PARSE_FAILED'],
    [
      'a condition on the one field of a subscription',
      'subscription ($v: Boolean!) { notificationReceived @skip(if: $v) { id } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a page of 1e9', '{ conversations(first: 1000000000) { totalCount } }', 'BAD_USER_INPUT'],
    ['a text with NUL', String.raw`{ conversations(search: "\u0000") { totalCount } }`, 'BAD_USER_INPUT'],
  ])('answer %s with a message of type `error` for that operation alone', async (_what, query, code) => {
    const socket = await RawSocket.enter(product, ada.token);
    socket.subscribe('bad', query);
    expect(await codeOf(socket, 'bad')).toBe(code);
    expect(await socket.message(({ id }) => id === 'bad')).toMatchObject({ type: 'error' });
    await expectAlive(socket);
    socket.socket.terminate();
  });

  it('stop writing to a client that does not read, and close its socket within 30 s', async () => {
    const socket = await RawSocket.enter(product, ada.token);
    const wide = `{ ${Array.from({ length: 14 }, (_, n) => `a${n}: models { id name provider }`).join(' ')} }`;
    const before = memoryOf(product.pid);
    socket.socket.pause();
    for (let n = 0; n < 150; n++) socket.subscribe(`q${n}`, wide);
    const began = performance.now();
    await givenUp(socket);
    expect(performance.now() - began).toBeLessThan(32_000);
    expect(memoryOf(product.pid) - before).toBeLessThan(64 * 1024 * 1024);
    socket.socket.terminate();
  });

  it('close with 1008 on a flood of messages', async () => {
    const socket = await RawSocket.enter(product, ada.token);
    for (let n = 0; n < 2_000; n++) socket.send({ type: 'ping' });
    expect((await socket.closed).code).toBe(1008);
  });
});

describe('an open WebSocket', () => {
  it('closes with 4403 within five seconds of the expiry of its token', async () => {
    const socket = await RawSocket.enter(product, tokenExpiringIn(3, ada.token));
    socket.subscribe('1', LIVE);
    const { code, reason, afterMs } = await socket.closed;
    expect({ code, reason }).toEqual({ code: 4403, reason: 'token expired' });
    expect(afterMs).toBeLessThan(8_000);
  });

  it('closes with 4403 within two seconds of signing out elsewhere', async () => {
    const bob = await Person.signUp(product, 'Bob');
    const socket = await RawSocket.enter(product, bob.token);
    socket.subscribe('1', LIVE);
    const began = performance.now();
    await bob.ask('mutation { signOut { signedOut } }');
    const { code, reason } = await socket.closed;
    expect({ code, reason }).toEqual({ code: 4403, reason: 'session revoked' });
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it('runs mutations with the same rights and limits as over HTTP', async () => {
    const socket = await RawSocket.enter(product, ada.token);
    socket.subscribe(
      'm',
      'mutation { renameConversation(input: { id: "01900000-0000-7000-8000-000000000000", title: "x" }) { conversation { id } } }',
    );
    expect(await codeOf(socket, 'm')).toBe('NOT_FOUND');
    socket.socket.terminate();
  });
});

function memoryOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** Waits until the server has closed the socket. A client that does not read notices this only when it writes. */
async function givenUp({ socket }: RawSocket): Promise<void> {
  const write = async () => {
    if (socket.readyState === socket.OPEN) socket.ping();
    return socket.readyState;
  };
  await eventually(write, (state) => state !== socket.OPEN, 40_000);
}
