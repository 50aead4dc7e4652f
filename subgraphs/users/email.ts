import { Failure } from '../../schema/errors.ts';

const MAX_LENGTH = 254;

/** Local part and host of RFC 5321 without quotes, in any script, with nothing that cannot be seen. */
const ADDRESS = /^[^\s@"(),:;<>[\\\]\p{C}]{1,64}@[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}.-]*[\p{L}\p{N}\p{M}])?$/u;

/** By what accounts are told apart: `ＡDA@Example.org` and `ada@example.org` are one. */
export function emailKey(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}

/** The address as written, without blanks around it, or `BAD_USER_INPUT`. */
export function requireEmail(text: string): string {
  const email = text.trim();
  const key = emailKey(email);
  if (key.length > MAX_LENGTH || email.length > MAX_LENGTH || !ADDRESS.test(key) || key.includes('..')) {
    throw new Failure('BAD_USER_INPUT', { reason: 'This is not an e-mail address.', field: 'email' });
  }
  return email;
}
