import { TextDecoder } from 'node:util';
import { fastifyHelmet } from '@fastify/helmet';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Failure } from '../../schema/errors.ts';
import { hasPreflightHeader } from '../auth/caller.ts';
import type { Origin } from '../auth/origin.ts';

/** What is no page may load, run and be framed by nothing. Pages and files bring a policy of their own. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const FORM_TYPES = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'];
/** A body has this long to arrive; files take longer and have a rule of their own. */
const BODY_MS = 10_000;

/** What every answer carries and every request meets before its route. */
export async function addSecurity(app: FastifyInstance, origin: Origin, isSecure: boolean): Promise<void> {
  await app.register(fastifyHelmet, {
    // Set below: the policy never changes, and helmet would write it anew for each request.
    contentSecurityPolicy: false,
    strictTransportSecurity: isSecure,
    xFrameOptions: { action: 'deny' },
  });
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id).header('cache-control', 'no-store').header('content-security-policy', API_POLICY);
    // Whoever watches knows the machine, not the name.
    if (!/^\/(health\/|metrics$)/.test(request.url) && !origin.answersTo(request.headers.host)) {
      throw new Failure('BAD_REQUEST', { reason: 'This server does not answer to that host name.', httpStatus: 421 });
    }
  });
  // A request that says it is compressed is not inflated, so that a small body cannot become a huge one.
  app.addHook('onRequest', async ({ headers }) => {
    if (headers['content-encoding'] && headers['content-encoding'] !== 'identity') {
      throw new Failure('BAD_REQUEST', { reason: 'Send the body without compression.', httpStatus: 415 });
    }
  });
  // What a form can send, a page elsewhere can send: then a header must show that it is one of ours.
  app.addHook('onRequest', async ({ method, headers }) => {
    const [type = ''] = (headers['content-type'] ?? '').split(';');
    if (method === 'POST' && FORM_TYPES.includes(type.trim().toLowerCase()) && !hasPreflightHeader(headers))
      throw new Failure('CSRF_BLOCKED');
  });
  watchBodies(app);
  readJson(app);
}

/** Ends requests whose body dribbles in. Node's own timer cannot: it is one for the whole server, and uploads may be slow. */
function watchBodies(app: FastifyInstance): void {
  app.addHook('preParsing', async (request) => {
    if (request.url.startsWith('/files/')) return;
    const timer = setTimeout(() => request.raw.destroy(), BODY_MS);
    request.raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}

/** JSON is UTF-8 and nothing else; `__proto__` and `constructor` are dropped from it. */
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
