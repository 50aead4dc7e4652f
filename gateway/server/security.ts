import { TextDecoder } from 'node:util';
import { fastifyHelmet } from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../schema/errors.ts';
import { hasPreflightHeader } from '../auth/caller.ts';
import type { Origin } from '../auth/origin.ts';

/** CSP for API responses: no loading, scripting or framing. Pages and files set their own policy. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const FORM_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];
/** Timeout of a request body; uploads have another. */
const BODY_MS = 10_000;

/** Adds security headers to all responses and checks all requests before routing. */
export async function addSecurity(app: FastifyInstance, origin: Origin, isSecure: boolean): Promise<void> {
  await app.register(fastifyHelmet, {
    // Set below: the policy is constant, and helmet would build it for each request.
    contentSecurityPolicy: false,
    strictTransportSecurity: isSecure,
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id).header('cache-control', 'no-store').header('content-security-policy', API_POLICY);
    // Probes and scrapers use the IP address of the machine.
    if (!/^\/(health\/|metrics$)/.test(request.url) && !origin.answersTo(request.headers.host)) {
      throw new Failure('BAD_REQUEST', { reason: 'This server does not answer to that host name.', httpStatus: 421 });
    }
  });
  // Compressed bodies are rejected, so that a small body cannot expand to a huge one.
  app.addHook('onRequest', async ({ headers }) => {
    if (headers['content-encoding'] && headers['content-encoding'] !== 'identity') {
      throw new Failure('BAD_REQUEST', { reason: 'Send the body without compression.', httpStatus: 415 });
    }
  });
  // Content types of HTML forms can be sent cross-site without a preflight, so a preflight header is required.
  app.addHook('onRequest', async ({ method, headers }) => {
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    if (method === 'POST' && FORM_TYPES.includes(type.trim().toLowerCase()) && !hasPreflightHeader(headers))
      throw new Failure('CSRF_BLOCKED');
  });
  watchBodies(app);
  readJson(app);
}

/** Ends requests with a slow body. Node's `requestTimeout` applies to the whole server, which must allow slow uploads. */
function watchBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async (request) => {
    if (request.url.startsWith('/files/')) return;
    const timer = setTimeout(() => request.raw.destroy(), BODY_MS);
    request.raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}

/** Parses JSON as strict UTF-8 and removes `__proto__` and `constructor`. */
function readJson(app: FastifyInstance): void {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parse = app.getDefaultJsonParser('remove', 'remove');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request: FastifyRequest, body: Buffer, done) => {
    const text = decodeOr(decoder, body);
    if (text === undefined) return done(new Failure('BAD_REQUEST', { reason: 'The body is not UTF-8.' }));
    void parse(request, text, (error, value) =>
      done(error ? new Failure('BAD_REQUEST', { reason: 'The body is not JSON.' }, { cause: error }) : null, value),
    );
  });
}

function decodeOr(decoder: TextDecoder, body: Buffer): string | undefined {
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}
