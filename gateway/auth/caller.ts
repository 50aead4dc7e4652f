import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '../../schema/errors.ts';
import type { SessionCookies } from './cookies.ts';
import type { AuthenticatedSession, SessionAuthenticator } from './session-authenticator.ts';

/** The caller of one request. */
export interface Caller {
  requestId: string;
  ip: string;
  userAgent: string | undefined;
  /** W3C Trace Context of the request. */
  traceparent: string | undefined;
  /** Throws `UNAUTHENTICATED`, `TOKEN_EXPIRED`, `CSRF_BLOCKED` or `DEPENDENCY_UNAVAILABLE`. */
  authenticate(): Promise<AuthenticatedSession>;
}

/** Reads it from request headers or from the extensions of an operation. */
export function traceparentOf({ traceparent }: Record<string, unknown>): string | undefined {
  return typeof traceparent === 'string' ? traceparent : undefined;
}

/** Browsers send these headers across origins only after a CORS preflight, so their presence proves a same-origin page. */
export const PREFLIGHT_HEADERS = ['x-parley-client', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

export function hasPreflightHeader(headers: IncomingHttpHeaders): boolean {
  return PREFLIGHT_HEADERS.some((name) => Boolean(headers[name]));
}

/** Authenticates by bearer token or, for same-origin pages, by cookie. */
export async function authenticateRequest(
  headers: IncomingHttpHeaders,
  cookies: SessionCookies,
  authenticator: SessionAuthenticator,
): Promise<AuthenticatedSession> {
  if (headers.authorization !== undefined) return authenticator.authenticate(bearerOf(headers.authorization));
  const { accessToken, refreshToken } = cookies.read(headers.cookie);
  if (!accessToken) throw new Failure(refreshToken ? 'TOKEN_EXPIRED' : 'UNAUTHENTICATED');
  if (!hasPreflightHeader(headers)) throw new Failure('CSRF_BLOCKED');
  return authenticator.authenticate(accessToken);
}

export function bearerOf(header: string): string {
  const [, token] = /^Bearer +(\S+) *$/i.exec(header) ?? [];
  if (!token) throw new Failure('UNAUTHENTICATED');
  return token;
}
