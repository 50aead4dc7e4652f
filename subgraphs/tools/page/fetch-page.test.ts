import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Failure } from '../../../schema/errors.ts';
import { fetchPage, type Page } from './fetch-page.ts';
import { isPublic, type Resolve } from './public-address.ts';

/** A call by a person, so no conversation is asked for named hosts. */
const context = {
  identity: { viewer: null, requestId: 'test' },
  runId: null,
  knowledgeBaseIds: null,
  signal: new AbortController().signal,
};
const noGraph = { ask: () => Promise.reject(new Error('asked the graph')) };
const servers: Server[] = [];
let allowed = '';
let site = '';
let written = 0;

async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, host, listening));
  return `${host}:${(server.address() as AddressInfo).port}`;
}

const read = (url: string, resolve?: Resolve, hosts = [allowed]): Promise<Page> =>
  fetchPage({ graph: noGraph, allowedPrivateHosts: hosts, ...(resolve ? { resolve } : {}) }).run({ url }, context) as Promise<Page>;
const rejection = async (url: string, resolve?: Resolve, hosts = [allowed]): Promise<Failure> =>
  read(url, resolve, hosts).then(
    (page) => Promise.reject(new Error(`read ${JSON.stringify(page).slice(0, 200)}`)),
    (error: Failure) => error,
  );

const ARTICLE = `<!doctype html><html><head><title>Rivers</title><script>alert(1)</script></head><body><nav>Home | About</nav>
  <article><h1>Rivers</h1><p>${'A river is a natural stream of fresh water. '.repeat(20)}</p><p>It flows to the sea.</p></article></body></html>`;

/** 50 kB that decompress to 50 MB. */
const BOMB = gzipSync(Buffer.alloc(50_000_000, 'x'));

const PAGES: Record<string, RequestListener> = {
  '/article': (_, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end(ARTICLE),
  '/plain': (_, response) => response.setHeader('content-type', 'text/plain').end('Just text.\n'),
  '/json': (_, response) => response.setHeader('content-type', 'application/json').end('{"a":1}'),
  '/latin': (_, response) => response.setHeader('content-type', 'text/plain; charset=iso-8859-1').end(Buffer.from('Grüße', 'latin1')),
  '/gzip': (_, response) => response.setHeader('content-type', 'text/plain').setHeader('content-encoding', 'gzip').end(BOMB),
  '/image': (_, response) => response.setHeader('content-type', 'image/png').end('png'),
  '/missing': (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('gone'),
  '/redirect': (request, response) =>
    response.writeHead(302, { location: new URL(request.url!, 'http://x').searchParams.get('to')! }).end(),
  '/hops': (request, response) => {
    const left = Number(new URL(request.url!, 'http://x').searchParams.get('left'));
    if (left === 0) response.setHeader('content-type', 'text/plain').end('arrived');
    else response.writeHead(307, { location: `/hops?left=${left - 1}` }).end();
  },
  '/endless': (_, response) => {
    response.setHeader('content-type', 'text/plain');
    const more = () => {
      while (!response.destroyed && written < 100_000_000) {
        written += 65_536;
        if (!response.write('x'.repeat(65_536))) return void response.once('drain', more);
      }
    };
    more();
  },
};

beforeAll(async () => {
  allowed = await serve((request, response) => {
    const page = PAGES[new URL(request.url!, 'http://x').pathname];
    if (page) page(request, response);
    else response.writeHead(404).end();
  });
  site = `http://${allowed}`;
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

describe('fetch_page', () => {
  it('returns the article of a page, without scripts and menus', async () => {
    const page = await read(`${site}/article`);
    expect(page).toMatchObject({ url: `${site}/article`, title: 'Rivers', truncated: false });
    expect(page.text).toContain('A river is a natural stream of fresh water.');
    expect(page.text).toContain('\nIt flows to the sea.');
    expect(page.text).not.toMatch(/alert|Home \| About/);
  });

  it('reads text, JSON and other character sets', async () => {
    expect(await read(`${site}/plain`)).toEqual({ url: `${site}/plain`, title: null, text: 'Just text.', truncated: false });
    expect((await read(`${site}/json`)).text).toBe('{"a":1}');
    expect((await read(`${site}/latin`)).text).toBe('Grüße');
  });

  it('follows three redirects and no more', async () => {
    expect((await read(`${site}/hops?left=3`)).text).toBe('arrived');
    expect(await rejection(`${site}/hops?left=4`)).toMatchObject({
      code: 'TOOL_FAILED',
      message: expect.stringContaining('more than 3 times'),
    });
  });

  it('names the reason for a page that is missing or of another type', async () => {
    expect((await rejection(`${site}/missing`)).message).toContain('404');
    expect((await rejection(`${site}/image`)).message).toContain('image/png');
    expect(await rejection('not an address')).toMatchObject({ code: 'TOOL_BAD_ARGUMENTS' });
    expect((await rejection('http://no-such-host.invalid/')).code).toBe('TOOL_FAILED');
  });

  it('stops reading at one megabyte', async () => {
    const page = await read(`${site}/endless`);
    expect(page.truncated).toBe(true);
    expect(page.text.length).toBe(20_000);
    expect(written).toBeLessThan(20_000_000);
  });

  it('stops decompressing at one megabyte', async () => {
    const before = process.memoryUsage().arrayBuffers;
    expect((await read(`${site}/gzip`)).truncated).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
  });
});

describe('fetch_page', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://①②⑦.0.0.1/',
    'http://127.0.0.1./',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://10.1.2.3/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[ff02::1]/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://192.0.0.192/',
    'http://localhost/',
    'http://LOCALHOST:8080/',
    'http://localhost./',
  ])('refuses the private address %s', async (url) => expect(await rejection(url)).toMatchObject({ code: 'TOOL_BLOCKED' }));

  it.each([
    'file:///etc/passwd',
    'gopher://example.org/',
    'ftp://example.org/',
    'data:text/plain,hi',
    'javascript:alert(1)',
    'http://name:word@example.org/',
  ])('refuses the URL %s', async (url) => expect(await rejection(url)).toMatchObject({ code: 'TOOL_BLOCKED' }));

  it.each([22, 25, 5432, 6379, 1, 65535])('refuses port %i before a DNS lookup', async (port) => {
    const resolve: Resolve = () => Promise.reject(new Error('looked up'));
    expect(await rejection(`http://example.org:${port}/`, resolve)).toMatchObject({ code: 'TOOL_BLOCKED' });
  });

  it('refuses a public name with a private address, also beside a public one', async () => {
    for (const addresses of [['10.0.0.1'], ['93.184.216.34', '127.0.0.1'], ['fd00::1']]) {
      const resolve: Resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      expect(await rejection('http://example.org/', resolve)).toMatchObject({ code: 'TOOL_BLOCKED' });
    }
  });

  it.each(['http://127.0.0.1:9/', 'http://169.254.169.254/', 'http://[::1]/', 'file:///etc/passwd', '//10.0.0.1/'])(
    'refuses a redirect to %s',
    async (to) => expect(await rejection(`${site}/redirect?to=${encodeURIComponent(to)}`)).toMatchObject({ code: 'TOOL_BLOCKED' }),
  );

  it('refuses an allowed host at another port', async () => {
    expect(await rejection('http://127.0.0.1:8080/')).toMatchObject({ code: 'TOOL_BLOCKED' });
  });

  it('connects only to the address that was checked (DNS rebinding)', async () => {
    const good = await serve((_, response) => response.setHeader('content-type', 'text/plain').end('public'));
    const port = good.split(':')[1]!;
    let asked = 0;
    // Answers the allowed address once and another one afterwards, as DNS rebinding does.
    const resolve: Resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }];
    const page = await read(`http://rebind.example:${port}/`, resolve, [`rebind.example:${port}`]);
    expect(page.text).toBe('public');
    expect(asked).toBe(1);
  });
});

describe('isPublic', () => {
  it.each([
    ['8.8.8.8', 4],
    ['93.184.216.34', 4],
    ['172.32.0.1', 4],
    ['100.128.0.1', 4],
    ['2606:4700::1111', 6],
    ['2a00:1450:4001::1', 6],
  ] as const)('accepts %s', (address, family) => expect(isPublic({ address, family })).toBe(true));

  it.each([
    ['::ffff:8.8.8.8', 6],
    ['64:ff9b::808:808', 6],
    ['fe80::1%eth0', 6],
    ['2001:db8::1', 6],
    ['nonsense', 6],
    ['203.0.113.9', 4],
  ] as const)('rejects %s', (address, family) => expect(isPublic({ address, family })).toBe(false));
});
