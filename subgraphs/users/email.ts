import { Failure } from '../../schema/errors.ts';

const MAX_LENGTH = 254;

/** Local part and host of RFC 5321 without quotes, in any script, without invisible characters. */
const ADDRESS = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}@[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}.-]*[\p{L}\p{N}\p{M}])?$/u;

/** Normalizes an address for comparison: `ＡDA@Example.org` and `ada@example.org` are the same account. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

/** Trims and validates an address. Throws `BAD_USER_INPUT`. */
export function requireEmail(text: string): string {
  const email = text.trim();
  const key = emailKey(email);
  if (key.length > MAX_LENGTH || email.length > MAX_LENGTH || !ADDRESS.test(key) || key.includes('..')) {
    throw new Failure('BAD_USER_INPUT', { reason: 'This is not an e-mail address.', field: 'email' });
  }
  return email;
}
