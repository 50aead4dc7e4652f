import type { IncomingHttpHeaders } from 'node:http';
import { Failure } from '../../schema/errors.ts';
import type { SessionCookies } from './cookies.ts';
import type { AuthenticatedSession, SessionAuthenticator } from './session-authenticator.ts';

/** Whoever stands at the door with one request. */
export interface Caller {
  requestId: string;
  ip: string;
  userAgent: string | undefined;
  /** The trace of the caller that the request belongs to. */
  traceparent: string | undefined;
  /** Proves who asks, or throws `UNAUTHENTICATED`, `TOKEN_EXPIRED`, `CSRF_BLOCKED` or `DEPENDENCY_UNAVAILABLE`. */
  authenticate(): Promise<AuthenticatedSession>;
}

/** From the headers of a request, or the extensions of an operation. */
export function traceparentOf({ traceparent }: Record<string, unknown>): string | undefined {
  return typeof traceparent === 'string' ? traceparent : undefined;
}

/** A browser sends none of these across origins without asking first, so they authenticate a page of ours. */
export const PREFLIGHT_HEADERS = ['x-parley-client', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

export function hasPreflightHeader(headers: IncomingHttpHeaders): boolean {
  return PREFLIGHT_HEADERS.some((name) => Boolean(headers[name]));
}

/** The proof that a request carries: a bearer token or, from our own pages, the cookie. */
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
