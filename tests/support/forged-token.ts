import { createHmac } from 'node:crypto';
import { openKeys } from '../../infra/tokens/keys.ts';

/** The SECRET_KEY for products that must accept the tokens signed here. */
export const FORGED_SECRET = 'a secret of the tests, long enough to be one';
const secret = openKeys(FORGED_SECRET).derive('access-tokens');

export interface Forgery {
  /** Claims to change; undefined removes one. */
  claims?: Record<string, unknown>;
  header?: object;
  key?: Uint8Array | string;
}

/** Signs a copy of a valid token that differs only by the given parts. */
export function forgeToken(good: string, { claims = {}, header = { alg: 'HS256', typ: 'at+jwt' }, key = secret }: Forgery = {}): string {
  const body = `${encodePart(header)}.${encodePart({ ...claimsOf(good), ...claims })}`;
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
}

/** Signs a token of the same session that expires in so many seconds. */
export function tokenExpiringIn(seconds: number, good: string): string {
  const exp = now() + seconds;
  return forgeToken(good, { claims: { iat: exp - 600, exp } });
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
}

/** The current time in seconds, as tokens use it. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

export function encodePart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
