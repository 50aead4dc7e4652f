import { stat } from 'node:fs/promises';
import { extname, join, posix, sep } from 'node:path';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../schema/errors.ts';

/** Directives that only work in a header; the `<meta>` policy of each page covers scripts and styles. */
const PAGE_POLICY = "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'";
const FOR_EVER = 'public, max-age=31536000, immutable';
const FALLBACK = '/200.html';
/** A page, or one of the variants that were compressed at build time. */
const PAGE = /\.html(\.br|\.gz)?$/;
const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>Parley</title>
<p>The web client is not built yet. Run <code>npm run build</code> and load this page again.</p>
<p>The graph itself answers at <code>/graphql</code>.</p>`;

/**
 * Serves the built web client from `root`. Client-side routes get the fallback page. The library sends the files; which
 * file an address means is decided here, because the library neither finds the compressed variant of a page whose address
 * has no extension, nor tells a client-side route from a missing file.
 */
export async function addPages(app: FastifyInstance, root: string): Promise<void> {
  const immutable = join(root, '_app', 'immutable') + sep;
  await app.register(fastifyStatic, {
    root,
    serve: false,
    preCompressed: true,
    dotfiles: 'ignore',
    index: false,
    acceptRanges: false,
    cacheControl: false,
    lastModified: false,
    // Called only for files that exist: during a rolling upgrade, a CDN would otherwise cache a 404 permanently.
    setHeaders(reply, path) {
      const isImmutable = path.startsWith(immutable);
      void reply.header('cache-control', isImmutable ? FOR_EVER : 'no-cache');
      // For CDNs with their own TTL.
      if (isImmutable) void reply.header('cdn-cache-control', FOR_EVER);
      if (PAGE.test(path)) void reply.header('content-security-policy', PAGE_POLICY);
    },
  });
  app.get('/*', async (request, reply) => {
    const path = pathOf(request);
    const file = path && (await find(root, path));
    if (file) return reply.sendFile(file);
    if (!path || extname(path)) throw new Failure('NOT_FOUND', { reason: 'There is nothing at this address.' });
    if (await isFile(root, FALLBACK)) return reply.sendFile(FALLBACK);
    return reply.code(503).type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY).send(NOT_BUILT);
  });
}

/** Returns the decoded path; undefined if it leaves the root, names a hidden file or is not valid percent-encoding. */
function pathOf({ url }: FastifyRequest): string | undefined {
  const [raw = ''] = url.split('?', 1);
  try {
    const path = decodeURIComponent(raw);
    const isPlain = !path.includes('\0') && !path.includes('\\') && !path.split('/').some((part) => part.startsWith('.'));
    return isPlain ? posix.normalize(path) : undefined;
  } catch {
    return undefined;
  }
}

async function find(root: string, path: string): Promise<string | undefined> {
  const index = posix.join(path, 'index.html');
  const candidates = path.endsWith('/') ? [index] : extname(path) ? [path] : [path, `${path}.html`, index];
  for (const candidate of candidates) if (await isFile(root, candidate)) return candidate;
  return undefined;
}

async function isFile(root: string, path: string): Promise<boolean> {
  const entry = await stat(join(root, path)).catch(() => undefined);
  return entry?.isFile() ?? false;
}
