import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { PASSWORD } from '../support/person.ts';
import type { GraphAnswer } from '../support/product-pool/product-client.ts';
import { startProduct, type Product } from '../support/product.ts';

const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken user { id role email } } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const INVITE = 'mutation ($input: InviteUserInput!) { inviteUser(input: $input) { invitation { email role expiresAt } token path } }';
const POLICY = '{ signUpPolicy { mode domains hasAccounts } }';
const INBOX = '{ notifications(first: 20) { edges { node { kind title } } } }';

const ADMIN = { email: 'admin@example.org', password: PASSWORD, name: 'Admin' };

let addresses = 0;
/** Returns an unused address, as a trusted proxy would forward it. */
const freshAddress = () => `10.1.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;

async function askFrom(product: Product, ip: string, query: string, input?: unknown, token?: string): Promise<GraphAnswer> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': ip, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

const codeOf = (answer: GraphAnswer) => answer.errors?.[0]?.extensions['code'];

function start(env: Record<string, string>): Promise<Product> {
  return startProduct({ env: { TRUSTED_PROXIES: '127.0.0.1', SIGN_INS_PER_MINUTE: '20', ...env } });
}

describe('sign-up with SIGN_UP=invited', () => {
  let product: Product;
  let token: string;
  const signUp = (input: object) => askFrom(product, freshAddress(), SIGN_UP, { password: PASSWORD, name: 'Grace', ...input });
  const invite = async (input: object) => (await askFrom(product, freshAddress(), INVITE, input, token)).data.inviteUser;

  beforeAll(async () => {
    product = await start({ SIGN_UP: 'invited' });
    const { data } = await signUp(ADMIN);
    expect(data.signUp.user.role).toBe('ADMIN');
    token = data.signUp.accessToken;
  });
  afterAll(() => product?.stop());

  it('is refused without an invitation, and does not reveal which accounts exist', async () => {
    expect(codeOf(await signUp({ email: 'grace@example.org' }))).toBe('SIGN_UP_CLOSED');
    expect(codeOf(await signUp({ email: ADMIN.email }))).toBe('SIGN_UP_CLOSED');
  });

  it('succeeds once for the invited address, with the role of the invitation', async () => {
    const { token: invitation, path } = await invite({ email: 'Grace@example.org', role: 'EDITOR' });
    expect(path).toBe(`/sign-up?invitation=${invitation}&email=Grace%40example.org`);
    expect(codeOf(await signUp({ email: 'other@example.org', invitation }))).toBe('INVITATION_INVALID');
    const { data } = await signUp({ email: 'grace@example.org', invitation });
    expect(data.signUp.user.role).toBe('EDITOR');
    expect(codeOf(await signUp({ email: 'grace@example.org', invitation }))).toBe('INVITATION_INVALID');
    expect(codeOf(await signUp({ email: 'ada@example.org', invitation: 'guess' }))).toBe('INVITATION_INVALID');
  });

  it('keeps an invitation whose sign-up was refused', async () => {
    const { token: invitation } = await invite({ email: 'late@example.org' });
    expect(codeOf(await signUp({ email: 'late@example.org', invitation, password: 'password1' }))).toBe('PASSWORD_TOO_WEAK');
    expect((await signUp({ email: 'late@example.org', invitation })).data.signUp.user.role).toBe('USER');
  });

  it('allows only administrators to invite, and no address that has an account', async () => {
    const { token: invitation } = await invite({ email: 'user@example.org' });
    const user = (await signUp({ email: 'user@example.org', invitation })).data.signUp.accessToken;
    expect(codeOf(await askFrom(product, freshAddress(), INVITE, { email: 'x@example.org' }, user))).toBe('FORBIDDEN');
    expect(codeOf(await askFrom(product, freshAddress(), INVITE, { email: 'user@example.org' }, token))).toBe('EMAIL_TAKEN');
  });

  it('tells visitors by which way they can sign up', async () => {
    expect((await askFrom(product, freshAddress(), POLICY)).data.signUpPolicy).toEqual({ mode: 'INVITED', domains: [], hasAccounts: true });
  });
});

describe('sign-up with SIGN_UP_DOMAINS', () => {
  let product: Product;
  const signUp = (input: object) => askFrom(product, freshAddress(), SIGN_UP, { password: PASSWORD, name: 'Grace', ...input });
  const guess = (ip: string, password = 'a wrong guess of it') => askFrom(product, ip, SIGN_IN, { email: ADMIN.email, password });

  beforeAll(async () => {
    product = await start({ SIGN_UP_DOMAINS: 'example.org, @Example.net' });
  });
  afterAll(() => product?.stop());

  it('reports before the first sign-up that there is no account', async () => {
    const { data } = await askFrom(product, freshAddress(), POLICY);
    expect(data.signUpPolicy).toEqual({ mode: 'OPEN', domains: ['example.org', 'example.net'], hasAccounts: false });
  });

  it('allows only addresses of these domains after the first account', async () => {
    expect((await signUp(ADMIN)).data.signUp.user.role).toBe('ADMIN');
    expect(codeOf(await signUp({ email: 'a@example.com' }))).toBe('SIGN_UP_CLOSED');
    expect(codeOf(await signUp({ email: 'a@sub.example.org' }))).toBe('SIGN_UP_CLOSED');
    expect((await signUp({ email: 'a@EXAMPLE.net' })).errors).toBeUndefined();
  });

  it('refuses weak passwords and those made of the name or the address', async () => {
    for (const password of ['password', '12345678', 'aaaaaaaa', 'weak@example.org', 'Grace Hopper 1']) {
      const { errors } = await signUp({ email: 'weak@example.org', name: 'Grace Hopper', password });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'PASSWORD_TOO_WEAK', field: 'password' });
    }
  });

  it('slows down guesses at one account from any address, but not its person at their usual address', async () => {
    const home = freshAddress();
    expect(codeOf(await guess(home, PASSWORD))).toBeUndefined();
    const answers = [];
    for (let n = 0; n < 14; n++) answers.push(await guess(freshAddress()));
    const codes = answers.map(codeOf);
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'INVALID_CREDENTIALS'));
    expect(codes.slice(10)).toContain('RATE_LIMITED');
    const limited = answers.find((answer) => codeOf(answer) === 'RATE_LIMITED')!;
    expect(limited.errors![0]!.extensions['retryAfterSeconds']).toBeGreaterThanOrEqual(1);
    // The right password from a new address is delayed like any guess, so the delay does not reveal which guess was right.
    const { data } = await guess(home, PASSWORD);
    await eventually(
      () => askFrom(product, home, INBOX, undefined, data.signIn.accessToken),
      (inbox) => inbox.data.notifications.edges.some(({ node }: any) => node.title === '10 sign-ins to your account failed'),
    );
  });

  it('slows down guesses at an address without an account in the same way', async () => {
    const codes = [];
    for (let n = 0; n < 14; n++) {
      codes.push(codeOf(await askFrom(product, freshAddress(), SIGN_IN, { email: 'nobody@example.org', password: 'wrong guess' })));
    }
    expect(codes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'INVALID_CREDENTIALS'));
    expect(codes.slice(10)).toContain('RATE_LIMITED');
  });
});
