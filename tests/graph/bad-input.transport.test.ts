import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { request } from 'undici';
import { Person } from '../support/person.ts';
import { postGraph, send, talk } from '../support/raw/http.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

let product: SharedProduct;
let ada: Person;
beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
});
afterAll(() => product.leave());

const QUERY = JSON.stringify({ query: '{ viewer { id } }' });
const bearer = () => ({ authorization: `Bearer ${ada.token}` });

describe('the HTTP endpoint with malformed requests', () => {
  it.each([
    ['an empty body', ''],
    ['an empty JSON string', '""'],
    ['an array with a number', '[0]'],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['truncated JSON', '{"query":'],
    ['a batch of operations', `[${QUERY},${QUERY}]`],
    ['variables that are a list', '{"query":"{ viewer { id } }","variables":[1]}'],
    ['a document that is a number', '{"query":7}'],
  ])('answers %s with 400 BAD_REQUEST as JSON', async (_what, body) => {
    const answer = await postGraph(product, body, bearer());
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code: 'BAD_REQUEST' });
    expect(answer.headers.get('content-type')).toContain('json');
    expect(answer.text).not.toMatch(/\bat .*\.(js|ts):\d+|node_modules|\/work|stack/);
  });

  it('answers a body over 256 kB with 413 PAYLOAD_TOO_LARGE as JSON', async () => {
    const answer = await postGraph(
      product,
      JSON.stringify({ query: '{ viewer { id } }', variables: { x: 'x'.repeat(300_000) } }),
      bearer(),
    );
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
  });

  it('refuses a compressed request body instead of inflating it', async () => {
    const answer = await postGraph(product, gzipSync(Buffer.alloc(20_000_000, ' ')), { ...bearer(), 'content-encoding': 'gzip' });
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 415, code: 'BAD_REQUEST' });
  });

  it.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ])('compresses long answers with %s for clients that accept it, and leaves short ones uncompressed', async (encoding, decompress) => {
    const ask = (query: string) =>
      request(`${product.url}/graphql`, {
        method: 'POST',
        headers: { ...bearer(), 'content-type': 'application/json', 'accept-encoding': encoding },
        body: JSON.stringify({ query }),
      });
    const long = await ask(getIntrospectionQuery());
    const bytes = Buffer.from(await long.body.arrayBuffer());
    expect(long.headers).toMatchObject({ 'content-encoding': encoding, vary: expect.stringContaining('accept-encoding') });
    const text = decompress(bytes).toString();
    expect(JSON.parse(text).data.__schema.types.length).toBeGreaterThan(50);
    expect(bytes.length).toBeLessThan(text.length / 5);
    const short = await ask('{ viewer { id } }');
    expect(short.headers['content-encoding']).toBeUndefined();
    expect(await short.body.json()).toEqual({ data: { viewer: { id: ada.id } } });
  });

  it('treats an empty `operationName` as absent, by POST and by GET', async () => {
    const posted = await postGraph(product, JSON.stringify({ query: 'query Me { viewer { id } }', operationName: '' }), bearer());
    const got = await send(product, `/graphql?operationName=&query=${encodeURIComponent('query Me { viewer { id } }')}`, {
      headers: { ...bearer(), 'apollo-require-preflight': 'yes' },
    });
    for (const { text } of [posted, got]) expect(JSON.parse(text)).toEqual({ data: { viewer: { id: ada.id } } });
  });

  it('refuses an `operationName` that the document does not have, by POST and by GET', async () => {
    const query = 'query Me { viewer { id } }';
    const posted = await postGraph(product, JSON.stringify({ query, operationName: 'You' }), bearer());
    const got = await send(product, `/graphql?operationName=You&query=${encodeURIComponent(query)}`, {
      headers: { ...bearer(), 'apollo-require-preflight': 'yes' },
    });
    for (const { status, code } of [posted, got]) expect({ status, code }).toEqual({ status: 400, code: 'BAD_REQUEST' });
  });

  it('closes a connection that sends its headers or body too slowly, within twelve seconds', async () => {
    const slowHeaders = talk(product, 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Ty');
    const slowBody = talk(
      product,
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"q`,
    );
    const lasted = (await Promise.all([slowHeaders, slowBody])).map(({ lastedMs }) => lastedMs);
    expect(Math.max(...lasted)).toBeLessThan(12_000);
  });

  it('refuses a request with two Content-Length headers and closes the connection', async () => {
    const { text } = await talk(
      product,
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"BAD_REQUEST"');
  });

  it('answers headers of 64 kB with 431', async () => {
    const { text } = await talk(product, `GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(65_536)}\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 431 /);
  });
});

describe('the HTTP endpoint with requests of other sites', () => {
  it('answers a mutation by GET with 405', async () => {
    const query = encodeURIComponent('mutation { signOut { signedOut } }');
    const answer = await send(product, `/graphql?query=${query}`, { headers: { ...bearer(), 'apollo-require-preflight': 'yes' } });
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'blocks %s without a header that only same-origin pages can send',
    async (type) => {
      const answer = await postGraph(product, QUERY, { ...bearer(), 'content-type': type });
      expect({ status: answer.status, code: answer.code }).toEqual({ status: 400, code: 'CSRF_BLOCKED' });
    },
  );

  it('answers an Accept header that no response format fits with 406', async () => {
    const answer = await postGraph(product, QUERY, { ...bearer(), accept: 'image/png' });
    expect(answer.status).toBe(406);
  });

  it('refuses a foreign host name', async () => {
    const { text } = await talk(product, 'GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.1 421 /);
  });

  it('sends no CORS header that lets another site read', async () => {
    for (const origin of ['null', 'https://evil.example']) {
      const answer = await postGraph(product, QUERY, { ...bearer(), origin });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('ignores __proto__ and constructor in variables', async () => {
    const answer = await postGraph(
      product,
      '{"query":"{ viewer { id } }","variables":{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}}}',
      bearer(),
    );
    expect(answer.status).toBe(200);
  });
});

describe('every HTTP response of the gateway', () => {
  it('is marked private, and carries the id of its request', async () => {
    const answer = await postGraph(product, QUERY, { ...bearer(), 'x-request-id': 'a-request-of-mine' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-request-id')).toBe('a-request-of-mine');
  });

  it('is JSON also for an address that does not exist', async () => {
    for (const path of ['/files/nothing', '/api/nothing.json', '/../../etc/passwd.txt', '/%2e%2e/%2e%2e/package.json', '/%00.html']) {
      const answer = await send(product, path);
      expect({ path, status: answer.status, code: answer.code }).toEqual({ path, status: 404, code: 'NOT_FOUND' });
    }
  });
});
