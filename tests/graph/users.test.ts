import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Person } from '../support/person.ts';
import type { GraphAnswer } from '../support/product-pool/product-client.ts';
import { startProduct, type Product } from '../support/product.ts';

const SIGN_UP = 'mutation SignUp($input: SignUpInput!) { signUp(input: $input) { user { id role } } }';
const SIGN_IN = 'mutation SignIn($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken user { id role } } }';
const USERS = `query Users($first: Int, $after: String, $search: String) {
  users(first: $first, after: $after, search: $search) { totalCount pageInfo { hasNextPage endCursor } edges { node { id email } } }
}`;

let product: Product;
let admin: Person;

beforeAll(async () => {
  product = await startProduct({ env: { SIGN_INS_PER_MINUTE: '10000' } });
});

afterAll(async () => {
  await product?.stop();
});

const codeOf = (answer: GraphAnswer) => answer.errors?.[0]?.extensions['code'];
const signUp = (input: Record<string, unknown>) =>
  product.graph(SIGN_UP, { input: { email: 'x@example.org', password: 'long enough', name: 'X', ...input } });

describe('an account', () => {
  it('becomes administrator exactly once when several people sign up at once as the first', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => Person.signUp(product)));
    const admins = people.filter(({ role }) => role === 'ADMIN');
    expect(admins).toHaveLength(1);
    admin = admins[0]!;
    expect((await Person.signUp(product)).role).toBe('USER');
  });

  it('accepts its address in any case and width of letters, and its password in any Unicode composition', async () => {
    await signUp({ email: 'Ada@Example.org', password: 'motorwagen-caf\u00e9' });
    const input = { email: ' ａDA@example.ORG ', password: 'motorwagen-cafe\u0301' };
    expect((await product.ask(SIGN_IN, { input })).signIn.user.role).toBe('USER');
  });

  it('reserves its address in every spelling', async () => {
    await signUp({ email: 'grace@example.org' });
    const answer = await signUp({ email: 'GRACE@EXAMPLE.ORG' });
    expect(codeOf(answer)).toBe('EMAIL_TAKEN');
  });

  it.each([
    ['email', { email: 'nobody' }],
    ['email', { email: 'a b@example.org' }],
    ['email', { email: 'zero\u200bwidth@example.org' }],
    ['email', { email: `${'a'.repeat(250)}@example.org` }],
    ['password', { password: 'seven 7' }],
    ['password', { password: 'x'.repeat(257) }],
    ['password', { password: ' '.repeat(12) }],
    ['name', { name: '   ' }],
    ['name', { name: 'n'.repeat(101) }],
    ['name', { name: 'turned \u202e round' }],
  ])('is refused with an unacceptable %s: %j', async (field, input) => {
    const answer = await signUp(input);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  it('accepts a password of any script and every length up to 256 characters', async () => {
    const password = `a grey fox met ${'🔑'.repeat(241)}`;
    const email = 'keys@example.org';
    expect((await signUp({ email, password })).errors).toBeUndefined();
    expect((await product.graph(SIGN_IN, { input: { email, password } })).errors).toBeUndefined();
    expect(codeOf(await product.graph(SIGN_IN, { input: { email, password: password.slice(0, -2) } }))).toBe('INVALID_CREDENTIALS');
  });

  it('cannot choose its role', async () => {
    const answer = await signUp({ email: 'mallory@example.org', role: 'ADMIN' });
    expect(answer.data?.signUp).toBeUndefined();
    expect(answer.errors).toHaveLength(1);
  });
});

describe('a failed sign-in', () => {
  it('is answered alike for an unknown account and a wrong password', async () => {
    const person = await Person.signUp(product);
    const [known, unknown] = await Promise.all(
      [person.email, 'nobody@example.org'].map((email) => product.graph(SIGN_IN, { input: { email, password: 'wrong password' } })),
    );
    expect(codeOf(known!)).toBe('INVALID_CREDENTIALS');
    expect(withoutRequestId(unknown!)).toEqual(withoutRequestId(known!));
  });
});

describe('people', () => {
  it('can read their own account', async () => {
    const person = await Person.signUp(product, 'Edith');
    const { viewer } = await product.ask('{ viewer { id email name role } }', {}, person.token);
    expect(viewer).toEqual({ id: person.id, email: person.email, name: 'Edith', role: 'USER' });
  });

  it('are listed for administrators only', async () => {
    const person = await Person.signUp(product);
    expect(codeOf(await product.graph(USERS, {}, person.token))).toBe('FORBIDDEN');
    expect(codeOf(await product.graph(USERS))).toBe('UNAUTHENTICATED');
    expect((await product.ask(USERS, {}, admin.token)).users.totalCount).toBeGreaterThan(1);
  });

  it('are listed page by page, each once, the newest first', async () => {
    const everybody = (await product.ask(USERS, { first: 100 }, admin.token)).users;
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { users } = await product.ask(USERS, { first: 3, after }, admin.token);
      seen.push(...users.edges.map(({ node }: any) => node.id));
      ({ endCursor: after, hasNextPage: more } = users.pageInfo);
    }
    expect(seen).toEqual(everybody.edges.map(({ node }: any) => node.id));
    expect(seen).toEqual([...seen].sort().reverse());
    expect(seen).toHaveLength(everybody.totalCount);
  });

  it('are found by a part of their name or address, whose % and _ are taken literally', async () => {
    await Person.signUp(product, 'Wilhelmina 100%');
    await signUp({ email: 'under_score@example.org' });
    const found = async (search: string) => (await product.ask(USERS, { search }, admin.token)).users.totalCount;
    expect([await found('HELMINA'), await found('0%'), await found('r_score'), await found('r%score'), await found("'; drop")]).toEqual([
      1, 1, 1, 0, 0,
    ]);
  });

  it.each(['garbage', 'WyJ4Il0', 'bnVsbA'])('are not listed after a cursor that no list gave: %s', async (after) => {
    expect(codeOf(await product.graph(USERS, { after }, admin.token))).toBe('BAD_USER_INPUT');
  });
});

function withoutRequestId({ errors, ...answer }: GraphAnswer): unknown {
  return { ...answer, errors: errors?.map((error) => ({ ...error, extensions: { ...error.extensions, requestId: '' } })) };
}
