import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { send } from '../support/raw/http.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';
import { describeWhen } from '../support/when.ts';

let product: SharedProduct;
beforeAll(async () => {
  product = await sharedProduct();
});
afterAll(() => product.leave());

/** Requests without decompression, which `fetch` would do. */
function raw(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<{ status: number; headers: Record<string, unknown>; bytes: number }> {
  return new Promise((resolve, reject) => {
    request(product.url + path, { headers, method }, (response) => {
      let bytes = 0;
      response.on('data', (data: Buffer) => (bytes += data.length));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes }));
    })
      .on('error', reject)
      .end();
  });
}

describe('the health endpoint', () => {
  it('reports that the process lives, and which of its parts answer', async () => {
    expect(JSON.parse((await send(product, '/health/live')).text)).toEqual({ status: 'live' });
    const { status, text } = await send(product, '/health/ready');
    expect({ status, ready: JSON.parse(text) }).toEqual({
      status: 200,
      ready: { status: 'ready', parts: { supergraph: 'up', database: 'up', files: 'up', vectors: 'up', bus: 'up' } },
    });
  });

  it('answers to any host name, since a balancer asks by IP address', async () => {
    expect((await raw('/health/live', { host: '10.1.2.3' })).status).toBe(200);
  });
});

describeWhen(existsSync('web/build/200.html') ? null : 'web/build is not there: npm run build', 'the web client', () => {
  const asset = () => `/_app/immutable/entry/${readdirSync('web/build/_app/immutable/entry').find((name) => name.endsWith('.js'))}`;

  it.each(['/', '/c/01900000-0000-7000-8000-000000000000', '/sign-in', '/sign-in?next=%2Fc'])(
    'serves the page %s uncached and with framing forbidden',
    async (path) => {
      const { status, headers, text } = await send(product, path);
      expect({ status, type: headers.get('content-type'), cache: headers.get('cache-control') }).toEqual({
        status: 200,
        type: 'text/html; charset=utf-8',
        cache: 'no-cache',
      });
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(text).toMatch(/<meta http-equiv="content-security-policy" content="[^"]*script-src 'self' 'sha256-/i);
    },
  );

  it('serves immutable files with a cache lifetime of a year, compressed', async () => {
    const plain = await raw(asset());
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const encoding of ['br', 'gzip']) {
      const packed = await raw(asset(), { 'accept-encoding': encoding });
      expect({ encoding: packed.headers['content-encoding'], vary: packed.headers['vary'] }).toEqual({ encoding, vary: 'accept-encoding' });
      expect(packed.bytes).toBeLessThan(plain.bytes);
    }
  });

  it('compresses pages with a name of their own, unless the browser declines', async () => {
    const accepting = async (encoding: string) => (await raw('/sign-in', { 'accept-encoding': encoding })).headers['content-encoding'];
    expect([await accepting('gzip, br'), await accepting('gzip'), await accepting('br;q=0, identity')]).toEqual(['br', 'gzip', undefined]);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    for (const path of ['/', asset()]) {
      const [head, get] = [await raw(path, {}, 'HEAD'), await raw(path)];
      expect({ status: head.status, bytes: head.bytes, length: head.headers['content-length'] }).toEqual({
        status: 200,
        bytes: 0,
        length: String(get.bytes),
      });
      expect(head.headers['etag']).toBe(get.headers['etag']);
    }
  });

  it('answers 304 where a page has not changed', async () => {
    const { headers } = await raw('/');
    expect((await raw('/', { 'if-none-match': String(headers['etag']) })).status).toBe(304);
  });

  it('answers 404 for a missing file, and serves nothing outside its folder', async () => {
    for (const path of [
      '/_app/immutable/nothing.js',
      '/_app/immutable/.hidden.js',
      '/nothing.png',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '/.npmrc',
      '/..\\..\\package.json',
      '/%00',
      '/_app/%2e%2e/%2e%2e/%2e%2e/package.json',
    ]) {
      expect({ path, status: (await raw(path)).status }).toEqual({ path, status: 404 });
    }
    for (const path of ['/_app/%', '/%c0%af.js']) expect({ path, status: (await raw(path)).status }).toEqual({ path, status: 400 });
  });
});
