import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, randomUUID, sign as signWith } from 'node:crypto';
import { eventually } from '../support/eventually.ts';
import { claimsOf, encodePart, tokenExpiringIn, forgeToken, now } from '../support/forged-token.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { startProduct } from '../support/product.ts';
import { send } from '../support/raw/http.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

let product: SharedProduct;
let ada: Person;
beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
});
afterAll(() => product.leave());

async function codeFor(token: string): Promise<unknown> {
  const { status, errors } = await product.graph('{ viewer { id } }', {}, token);
  return status === 200 ? 'accepted' : { status, code: errors?.[0]?.extensions['code'] };
}

const UNAUTHENTICATED = { status: 401, code: 'UNAUTHENTICATED' };

const HEADER = { alg: 'HS256', typ: 'at+jwt' };

describe('an access token', () => {
  it('is accepted while it is valid', async () => {
    expect(await codeFor(forgeToken(ada.token))).toBe('accepted');
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  it.each<[string, () => string]>([
    ['without a signature (alg none)', () => `${encodePart({ alg: 'none', typ: 'at+jwt' })}.${encodePart(claimsOf(ada.token))}.`],
    ['whose algorithm none is written in mixed case', () => forgeToken(ada.token, { header: { alg: 'nOnE', typ: 'at+jwt' } })],
    [
      'signed by HS256 with a public key as the secret',
      () => forgeToken(ada.token, { key: rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string }),
    ],
    [
      'signed by RS256',
      () => {
        const body = `${encodePart({ alg: 'RS256', typ: 'at+jwt' })}.${encodePart(claimsOf(ada.token))}`;
        return `${body}.${signWith('sha256', Buffer.from(body), rsa.privateKey).toString('base64url')}`;
      },
    ],
    [
      'that names a key of its own in its header',
      () => forgeToken(ada.token, { header: { ...HEADER, kid: '../../dev/null', jku: 'http://127.0.0.1/keys' }, key: '' }),
    ],
    ['of another issuer', () => forgeToken(ada.token, { claims: { iss: 'elsewhere' } })],
    ['for another audience', () => forgeToken(ada.token, { claims: { aud: 'upload' } })],
    ['without an audience', () => forgeToken(ada.token, { claims: { aud: undefined } })],
    ['of another token type', () => forgeToken(ada.token, { header: { alg: 'HS256', typ: 'upload+jwt' } })],
    ['without a token type', () => forgeToken(ada.token, { header: { alg: 'HS256' } })],
    ['without an expiry', () => forgeToken(ada.token, { claims: { exp: undefined } })],
    ['that expires in a hundred years', () => forgeToken(ada.token, { claims: { exp: now() + 3_155_760_000 } })],
    ['before its time of validity (nbf)', () => forgeToken(ada.token, { claims: { nbf: now() + 120 } })],
    ['issued in the future (iat)', () => forgeToken(ada.token, { claims: { iat: now() + 120, exp: now() + 600 } })],
    [
      'whose claims were changed after signing',
      () => {
        const [header, , signature] = ada.token.split('.');
        return `${header}.${encodePart({ ...claimsOf(ada.token), sub: '01900000-0000-7000-8000-000000000000' })}.${signature}`;
      },
    ],
    ['with a session of another person', () => forgeToken(ada.token, { claims: { sub: '01900000-0000-7000-8000-000000000000' } })],
    ['with a session that never existed', () => forgeToken(ada.token, { claims: { sid: '01900000-0000-7000-8000-000000000000' } })],
    ['with an unknown critical extension (crit)', () => forgeToken(ada.token, { header: { ...HEADER, crit: ['x'], x: 1 } })],
    ['that is a refresh token', () => ada.refreshToken],
    ['that is not a JWT', () => 'a.b.c'],
    ['with claims of the wrong type', () => forgeToken(ada.token, { claims: { sid: { $ne: null } } })],
  ])('is refused %s', async (_what, make) => {
    expect(await codeFor(make())).toEqual(UNAUTHENTICATED);
  });

  it('gives TOKEN_EXPIRED once it has expired, so that the client refreshes', async () => {
    expect(await codeFor(tokenExpiringIn(-20, ada.token))).toEqual({ status: 401, code: 'TOKEN_EXPIRED' });
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer a b', ''])('is not read from the header "%s"', async (authorization) => {
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: '{"query":"{ viewer { id } }"}',
    });
    expect(response.status).toBe(401);
  });
});

describe('a session', () => {
  it('ends on every gateway within two seconds of signing out', async () => {
    const bob = await Person.signUp(product, 'Bob');
    await product.ask('{ viewer { id } }', {}, bob.token);
    await product.ask('mutation { signOut { signedOut } }', {}, bob.token);
    await eventually(
      () => codeFor(bob.token),
      (code) => code !== 'accepted',
      2_000,
    );
    expect(await codeFor(bob.token)).toEqual(UNAUTHENTICATED);
  });

  it('cannot be refreshed by an access token', async () => {
    const { errors } = await product.graph('mutation ($t: String!) { refreshSession(input: { refreshToken: $t }) { expiresAt } }', {
      t: ada.token,
    });
    expect(errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });
});

describe('the session cookies of the web client', () => {
  const WEB = { 'content-type': 'application/json', 'x-parley-client': 'web' };
  const post = (what: string, body: object, headers: Record<string, string> = {}) =>
    send(product, `/session/${what}`, { method: 'POST', body: JSON.stringify(body), headers: { ...WEB, ...headers } });
  const cookiesOf = (answer: { headers: Headers }) =>
    answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0]!)
      .join('; ');
  const signIn = (email: string) => post('sign-in', { email, password: PASSWORD });

  it('are HttpOnly, so that no script can read the tokens', async () => {
    const answer = await signIn(ada.email);
    expect(JSON.parse(answer.text)).toEqual({ user: expect.objectContaining({ id: ada.id }), expiresAt: expect.any(String) });
    expect(answer.text).not.toContain('oken');
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; HttpOnly; SameSite=Lax$/);
  });

  it('authenticate sign-up, queries, refresh and sign-out', async () => {
    const first = await post('sign-up', { email: `eve-${randomUUID()}@example.com`, password: PASSWORD, name: 'Eve' });
    const ask = (cookie: string, headers: Record<string, string> = { 'x-parley-client': 'web' }) =>
      send(product, '/graphql', {
        method: 'POST',
        body: '{"query":"{ viewer { name } }"}',
        headers: { 'content-type': 'application/json', cookie, ...headers },
      });
    expect(JSON.parse((await ask(cookiesOf(first))).text).data.viewer.name).toBe('Eve');
    expect((await ask(cookiesOf(first), {})).code).toBe('CSRF_BLOCKED');

    const second = await post('refresh', {}, { cookie: cookiesOf(first) });
    expect(second.status).toBe(200);
    expect((await ask(cookiesOf(second))).status).toBe(200);

    const out = await post('sign-out', {}, { cookie: cookiesOf(second) });
    expect(JSON.parse(out.text)).toEqual({ signedOut: true });
    await eventually(
      () => ask(cookiesOf(second)),
      ({ code }) => code === 'UNAUTHENTICATED',
      2_000,
    );
    expect((await post('refresh', {}, { cookie: cookiesOf(second) })).code).toBe('UNAUTHENTICATED');
  });

  it('stay valid when ten tabs refresh at once', async () => {
    const cookie = cookiesOf(await signIn(ada.email));
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('refresh', {}, { cookie })));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect((await post('refresh', {}, { cookie: cookiesOf(answers[0]!) })).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['without the header that the pages send', { 'x-parley-client': '' }],
    ['from another origin', { origin: 'https://evil.example' }],
    ['from the opaque origin "null"', { origin: 'null' }],
    ['across sites', { 'sec-fetch-site': 'cross-site' }],
  ])('do not authenticate a request %s', async (_what, headers) => {
    expect((await post('sign-in', { email: ada.email, password: PASSWORD }, headers)).code).toBe('CSRF_BLOCKED');
  });

  it('give TOKEN_EXPIRED when only the refresh token is left, so that the client refreshes', async () => {
    const cookie = cookiesOf(await signIn(ada.email))
      .split('; ')
      .find((one) => one.includes('refresh'))!;
    const answer = await send(product, '/graphql', {
      method: 'POST',
      body: '{"query":"{ viewer { name } }"}',
      headers: { ...WEB, cookie },
    });
    expect(answer.code).toBe('TOKEN_EXPIRED');
  });
});

describe('sign-in after wrong passwords', () => {
  it('is slowed down for that account and address, and stays fast for another account', async () => {
    const strict = await startProduct({ env: { SIGN_INS_PER_MINUTE: '10' } });
    try {
      const bob = await Person.signUp(strict, 'Bob');
      const guess = (email: string, headers: Record<string, string> = {}) =>
        send(strict, '/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({
            query: 'mutation ($i: SignInInput!) { signIn(input: $i) { expiresAt } }',
            variables: { i: { email, password: 'wrong wrong' } },
          }),
        });
      const codes: unknown[] = [];
      for (let n = 0; n < 6; n++) codes.push((await guess(bob.email.toUpperCase(), { 'x-forwarded-for': `10.0.0.${n}` })).code);
      expect(codes).toEqual([...Array(5).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED']);
      expect((await guess('somebody@example.com')).code).toBe('INVALID_CREDENTIALS');
      const answer = await guess(bob.email);
      expect({ status: answer.status, retryAfter: Number(answer.headers.get('retry-after')) > 0 }).toEqual({
        status: 429,
        retryAfter: true,
      });
    } finally {
      await strict.stop();
    }
  });
});
