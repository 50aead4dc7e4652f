import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../schema/errors.ts';

const MEDIA_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;
/** Directives that only work in a header; the `<meta>` policy of each page covers scripts and styles. */
const PAGE_POLICY = "frame-ancestors 'none'; object-src 'none'; base-uri 'self'; form-action 'self'";
const FOR_EVER = 'public, max-age=31536000, immutable';
const FALLBACK = '200.html';
const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>Parley</title>
<p>The web client is not built yet. Run <code>npm run build</code> and load this page again.</p>
<p>The graph itself answers at <code>/graphql</code>.</p>`;

interface Found {
  path: string;
  size: number;
  modified: Date;
}

/** Serves the built web client from `root`. Client-side routes get the fallback page. */
export function addPages(app: FastifyInstance, root: string): void {
  app.get('/*', async (request, reply) => {
    const path = pathOf(request);
    const file = path && (await find(root, path));
    if (file) return sendFile(request, reply, file, path.startsWith('/_app/immutable/'));
    if (!path || extname(path)) throw new Failure('NOT_FOUND', { reason: 'There is nothing at this address.' });
    const fallback = await fileAt(join(root, FALLBACK));
    if (fallback) return sendFile(request, reply, fallback, false);
    return reply.code(503).type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY).send(NOT_BUILT);
  });
}

/** Returns the decoded path; undefined if it leaves the root, names a hidden file or is not valid percent-encoding. */
function pathOf({ url }: FastifyRequest): string | undefined {
  const [raw = ''] = url.split('?', 1);
  try {
    const path = decodeURIComponent(raw);
    const isPlain = !path.includes('\0') && !path.includes('\\') && !path.split('/').some((part) => part.startsWith('.'));
    return isPlain ? path : undefined;
  } catch {
    return undefined;
  }
}

async function find(root: string, path: string): Promise<Found | undefined> {
  const base = normalize(join(root, path));
  if (base !== normalize(root) && !base.startsWith(normalize(root) + sep) && base !== normalize(root + sep)) return undefined;
  const candidates = path.endsWith('/')
    ? [join(base, 'index.html')]
    : extname(path)
      ? [base]
      : [base, `${base}.html`, join(base, 'index.html')];
  for (const candidate of candidates) {
    const file = await fileAt(candidate);
    if (file) return file;
  }
  return undefined;
}

async function fileAt(path: string): Promise<Found | undefined> {
  const entry = await stat(path).catch(() => undefined);
  return entry?.isFile() ? { path, size: entry.size, modified: entry.mtime } : undefined;
}

async function sendFile(request: FastifyRequest, reply: FastifyReply, file: Found, isImmutable: boolean): Promise<FastifyReply> {
  const type = MEDIA_TYPES[extname(file.path)] ?? 'application/octet-stream';
  const tag = `W/"${file.size.toString(36)}-${file.modified.getTime().toString(36)}"`;
  void reply
    .type(type)
    .header('vary', 'accept-encoding')
    .header('etag', tag)
    .header('cache-control', isImmutable ? FOR_EVER : 'no-cache');
  // For CDNs with their own TTL. Set only for files that exist: during a rolling upgrade, a CDN would otherwise cache a
  // 404 permanently.
  if (isImmutable) void reply.header('cdn-cache-control', FOR_EVER);
  if (type.startsWith('text/html')) void reply.header('content-security-policy', PAGE_POLICY);
  if (request.headers['if-none-match'] === tag) return reply.code(304).send();
  const { path, size, encoding } = await compressed(file, String(request.headers['accept-encoding'] ?? ''));
  if (encoding) void reply.header('content-encoding', encoding);
  return reply.header('content-length', size).send(request.method === 'HEAD' ? undefined : createReadStream(path));
}

/** Selects the variant that was compressed at build time, if the browser accepts its encoding. */
async function compressed(file: Found, accepted: string): Promise<Found & { encoding?: string }> {
  for (const { name, suffix } of ENCODINGS) {
    const variant = accepted.includes(name) && (await fileAt(file.path + suffix));
    if (variant) return { ...variant, encoding: name };
  }
  return file;
}
