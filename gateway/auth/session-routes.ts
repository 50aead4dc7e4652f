import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Caller } from './caller.ts';
import type { SessionCookies, SessionTokens } from './cookies.ts';
import type { OperationPipeline } from '../pipeline/pipeline.ts';
import { sendFailure } from '../../infra/http/errors.ts';
import type { Origin } from './origin.ts';
import { WireGraphQLError, type WireError } from '../../infra/http/graphql-error.ts';
import type { SessionAuthenticator } from './session-authenticator.ts';

export interface SessionOptions {
  pipeline: OperationPipeline;
  authenticator: SessionAuthenticator;
  cookies: SessionCookies;
  origin: Origin;
  callerOf(request: FastifyRequest): Caller;
  log: Log;
}

interface SessionPayload extends SessionTokens {
  expiresAt: string;
  user: Record<string, unknown>;
}

const PAYLOAD = '{ accessToken refreshToken expiresAt user { id email name role createdAt } }';
const SIGN_UP = `mutation SignUp($input: SignUpInput!) { session: signUp(input: $input) ${PAYLOAD} }`;
const SIGN_IN = `mutation SignIn($input: SignInInput!) { session: signIn(input: $input) ${PAYLOAD} }`;
const REFRESH = `mutation Refresh($input: RefreshSessionInput!) { session: refreshSession(input: $input) ${PAYLOAD} }`;
const SIGN_OUT = 'mutation SignOut { signOut { signedOut } }';

/**
 * Serves the session of the web client: runs the public mutations, stores the tokens in HttpOnly cookies and answers with
 * `{ user, expiresAt }`.
 */
export function addSession(app: FastifyInstance, options: SessionOptions): void {
  void app.register(async (scope) => {
    scope.addHook('preHandler', async ({ headers }) => {
      const isOurs = headers['x-parley-client'] === 'web' && headers['sec-fetch-site'] !== 'cross-site';
      if (!isOurs || !options.origin.isOurPage(headers.origin, headers.host)) throw new Failure('CSRF_BLOCKED');
    });
    scope.setErrorHandler((error, request, reply) => {
      // A rejected refresh token never becomes valid again.
      if (error instanceof SessionError && error.endsSession) options.cookies.clear(reply);
      return sendFailure(reply, request, error, options.log);
    });
    scope.post('/session/sign-up', (request, reply) => open(SIGN_UP, request.body, { request, reply, options }));
    scope.post('/session/sign-in', (request, reply) => open(SIGN_IN, request.body, { request, reply, options }));
    scope.post('/session/refresh', (request, reply) => open(REFRESH, refreshInput(request, options), { request, reply, options }));
    scope.post('/session/sign-out', (request, reply) => signOut({ request, reply, options }));
  });
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  options: SessionOptions;
}

async function open(document: string, input: unknown, { request, reply, options }: Exchange) {
  const session = await begin(document, input, { request, options });
  options.cookies.set(reply, session);
  return { user: session.user, expiresAt: session.expiresAt };
}

async function begin(document: string, input: unknown, { request, options }: Omit<Exchange, 'reply'>): Promise<SessionPayload> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new Failure('BAD_REQUEST', { reason: 'Send a JSON object.' });
  }
  const { data, errors } = await options.pipeline.execute({ query: document, variables: { input } }, options.callerOf(request));
  if (errors?.[0]) throw new SessionError(errors[0]);
  return data?.['session'] as SessionPayload;
}

/** Clears the cookies in any state of the session. */
async function signOut({ request, reply, options }: Exchange) {
  options.cookies.clear(reply);
  const token = await currentToken(request, options);
  if (!token) return { signedOut: false };
  const caller: Caller = { ...options.callerOf(request), authenticate: () => options.authenticator.authenticate(token) };
  const { data, errors } = await options.pipeline.execute({ query: SIGN_OUT }, caller);
  if (errors?.[0]) throw new SessionError(errors[0]);
  return data?.['signOut'];
}

/** Returns a valid access token: from the cookie, or a new one if that has expired. */
async function currentToken(request: FastifyRequest, options: SessionOptions): Promise<string | undefined> {
  const { accessToken, refreshToken } = options.cookies.read(request.headers.cookie);
  const isValid = accessToken !== undefined && (await options.authenticator.authenticate(accessToken).then(() => true, isInvalidToken));
  if (isValid) return accessToken;
  if (!refreshToken) return undefined;
  const renewed = await begin(REFRESH, { refreshToken }, { request, options }).catch((error: unknown) => {
    if (error instanceof SessionError && error.endsSession) return undefined;
    throw error;
  });
  return renewed?.accessToken;
}

function isInvalidToken(error: unknown): false {
  if (error instanceof Failure && (error.code === 'TOKEN_EXPIRED' || error.code === 'UNAUTHENTICATED')) return false;
  throw error;
}

function refreshInput(request: FastifyRequest, { cookies }: SessionOptions): { refreshToken: string } {
  const { refreshToken } = cookies.read(request.headers.cookie);
  if (!refreshToken) throw new Failure('UNAUTHENTICATED');
  return { refreshToken };
}

/** An error of the graph, passed on unchanged. */
class SessionError extends WireGraphQLError {
  readonly endsSession: boolean;

  constructor(error: WireError) {
    super({ ...error, extensions: error.extensions });
    this.endsSession = error.extensions.code === 'UNAUTHENTICATED' || error.extensions.code === 'SESSION_REUSED';
  }
}
