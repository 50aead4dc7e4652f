import { createHmac } from 'node:crypto';
import { openKeys } from '../../infra/tokens/keys.ts';

/** Start a product with this as SECRET_KEY and it takes forged tokens for its own. */
export const FORGED_SECRET = 'a secret of the tests, long enough to be one';
const secret = openKeys(FORGED_SECRET).derive('access-tokens');

export interface Forgery {
  /** Claims that differ; undefined leaves one out. */
  claims?: Record<string, unknown>;
  header?: object;
  key?: Uint8Array | string;
}

/** A token that differs from a good one only by what is given. */
export function forge(good: string, { claims = {}, header = { alg: 'HS256', typ: 'at+jwt' }, key = secret }: Forgery = {}): string {
  const body = `${encode(header)}.${encode({ ...claimsOf(good), ...claims })}`;
  return `${body}.${createHmac('sha256', key).update(body).digest('base64url')}`;
}

/** The same session, in a token that ends so many seconds from now. */
export function endingIn(seconds: number, good: string): string {
  const exp = now() + seconds;
  return forge(good, { claims: { iat: exp - 600, exp } });
}

export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
}

/** In seconds, as tokens count. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
