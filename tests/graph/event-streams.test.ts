import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { tokenExpiringIn } from '../support/forged-token.ts';
import { Person } from '../support/person.ts';
import { send } from '../support/raw/http.ts';
import { RUN_EVENTS, shownText } from '../support/run-reader.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

let product: SharedProduct;
let ada: Person;
beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
});
afterAll(() => product.leave());

const LIVE = 'subscription { notificationReceived { id } }';

function client(token: string) {
  return createClient({ url: `${product.url}/graphql/stream`, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
}

function open(query: string, { token, ...headers }: Record<string, string> = {}) {
  return send(product, '/graphql/stream', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    body: JSON.stringify({ query }),
  });
}

/** Returns the code with which a stream ends after `meanwhile` has run. */
async function lastCode(token: string, meanwhile: () => Promise<unknown> = async () => undefined): Promise<unknown> {
  const answer = open(LIVE, { token });
  await meanwhile();
  const [, code] = /"code":"(\w+)"/.exec((await answer).text) ?? [];
  return code;
}

describe('a subscription over server-sent events', () => {
  it('streams the same run events as a WebSocket', async () => {
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'Hello');
    const events: any[] = [];
    for await (const { data } of client(ada.token).iterate<any>({ query: RUN_EVENTS, variables: { runId } })) events.push(data.runEvents);
    const bySocket = await ada.follow(runId);
    expect(shownText(events)).toBe(bySocket.text);
    expect(events).toEqual(bySocket.events);
  });

  it('also answers a query, with one event', async () => {
    const results: unknown[] = [];
    for await (const result of client(ada.token).iterate({ query: '{ viewer { id } }' })) results.push(result);
    expect(results).toEqual([{ data: { viewer: { id: ada.id } } }]);
  });

  it.each([
    ['a request without a token', LIVE, {}, 401, 'UNAUTHENTICATED'],
    ['an invalid token', LIVE, { token: 'a.b.c' }, 401, 'UNAUTHENTICATED'],
    ['an empty document', '', { token: 'ada' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an Accept header without event streams', LIVE, { token: 'ada', accept: 'application/json' }, 406, 'BAD_REQUEST'],
    ['too complex a document', `{ viewer { ${'id '.repeat(600)} } }`, { token: 'ada' }, 400, 'QUERY_TOO_COMPLEX'],
  ])('is refused for %s with the matching HTTP status', async (_what, query, headers: Record<string, string>, status, code) => {
    const token: Record<string, string> = headers['token'] === 'ada' ? { token: ada.token } : {};
    const answer = await open(query, { ...headers, ...token });
    expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
  });

  it('refuses a mutation by GET', async () => {
    const query = encodeURIComponent('mutation { signOut { signedOut } }');
    const answer = await send(product, `/graphql/stream?query=${query}`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${ada.token}` },
    });
    expect(answer.code).toBe('METHOD_NOT_ALLOWED');
  });

  it('ends with TOKEN_EXPIRED when its token expires', async () => {
    expect(await lastCode(tokenExpiringIn(3, ada.token))).toBe('TOKEN_EXPIRED');
  });

  it('ends within two seconds of signing out elsewhere', async () => {
    const bob = await Person.signUp(product, 'Bob');
    let began = 0;
    const code = await lastCode(bob.token, async () => {
      await bob.ask('{ viewer { id } }');
      began = performance.now();
      await bob.ask('mutation { signOut { signedOut } }');
    });
    expect(code).toBe('UNAUTHENTICATED');
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
