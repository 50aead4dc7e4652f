import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { fragmentBomb, overlappingFields, repeatedField } from '../support/fuzz/costly-documents.ts';
import { Person } from '../support/person.ts';
import type { GraphAnswer } from '../support/product-pool/product-client.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

let product: SharedProduct;
let ada: Person;
beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
});
afterAll(() => product.leave());

const ask = (query: string, variables?: Record<string, unknown>) => product.graph(query, variables, ada.token);
const summary = ({ status, errors, data }: GraphAnswer) => ({ status, code: errors?.[0]?.extensions['code'], data });
const refused = (code: string) => ({ status: 400, code, data: undefined });

describe('the complexity limit of the gateway', () => {
  it.each([30, 60])('refuses a selection depth of %d', async (depth) => {
    const query = `{ conversations ${'{ edges { node { assistant { versions'.repeat(Math.ceil(depth / 4))} { totalCount } ${'} } } }'.repeat(Math.ceil(depth / 4))} }`;
    expect(summary(await ask(query))).toEqual(refused('QUERY_TOO_COMPLEX'));
  });

  it('refuses a hundred aliases of signIn, and runs none of them', async () => {
    const fields = Array.from(
      { length: 100 },
      (_, n) => `a${n}: signIn(input: { email: "x@example.com", password: "wrong wrong" }) { expiresAt }`,
    );
    expect(summary(await product.graph(`mutation { ${fields.join('\n')} }`))).toEqual(refused('QUERY_TOO_COMPLEX'));
  });

  it('refuses 20,000 repetitions of one field', async () => {
    expect(summary(await ask(repeatedField(20_000)))).toEqual(refused('QUERY_TOO_COMPLEX'));
  });

  it.each([6, 1_000])('refuses %d directives on one field', async (count) => {
    expect(summary(await ask(`{ viewer { id ${'@skip(if: false) '.repeat(count)} } }`))).toEqual(refused('QUERY_TOO_COMPLEX'));
  });

  it('refuses fragments that spread themselves', async () => {
    expect(summary(await ask('{ viewer { ...A } } fragment A on User { ...B } fragment B on User { ...A }'))).toEqual(
      refused('GRAPHQL_VALIDATION_FAILED'),
    );
  });

  it('refuses nested fragments that expand to 2^24 fields', async () => {
    expect(summary(await ask(fragmentBomb(24)))).toEqual(refused('QUERY_TOO_COMPLEX'));
  });

  it('accepts 320 overlapping fields', async () => {
    expect(summary(await ask(overlappingFields(320)))).toEqual({ status: 200, code: undefined, data: { viewer: { id: ada.id } } });
  });

  it('refuses 8,000 nested braces and brackets without a stack overflow', async () => {
    for (const query of [
      '{ a '.repeat(8_000),
      `{ viewer(x: ${'['.repeat(20_000)} ) { id } }`,
      `{ viewer(x: ${'['.repeat(900)}${']'.repeat(900)}) { id } }`,
    ]) {
      const answer = await ask(query);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer)).not.toMatch(/call stack/i);
    }
  });

  it.each([31, 100])('refuses %d levels of fragments, lists, objects and types before planning', async (levels) => {
    const nested = (open: string, inner: string, close: string) => `${open.repeat(levels)}${inner}${close.repeat(levels)}`;
    for (const query of [
      nested('{ ... on Query ', '{ __typename }', ' }'),
      `{ viewer ${nested('{ ... on User ', '{ id }', ' }')} }`,
      `{ viewer(x: ${nested('[', '', ']')}) { id } }`,
      `{ viewer(x: ${nested('{ a: ', '1', ' }')}) { id } }`,
      `query ($x: ${nested('[', 'Int', ']')}) { viewer { id } }`,
    ]) {
      expect({ query, ...summary(await ask(query)) }).toEqual({ query, ...refused('QUERY_TOO_COMPLEX') });
    }
  });

  it('refuses page sizes outside 1 to 100, as literal and as variable', async () => {
    for (const size of ['1000000000', '-1', '0', '101', '1.5']) {
      expect({ size, ...summary(await ask(`{ conversations(first: ${size}) { totalCount } }`)) }).toEqual({
        size,
        ...refused('BAD_USER_INPUT'),
      });
      const variables = { first: Number(size) };
      expect({ size, ...summary(await ask('query ($first: Int) { conversations(first: $first) { totalCount } }', variables)) }).toEqual({
        size,
        ...refused('BAD_USER_INPUT'),
      });
    }
  });

  it('counts a page size of null as the default page size', async () => {
    expect((await ask('query ($first: Int) { conversations(first: $first) { totalCount } }', { first: null })).status).toBe(200);
  });

  it('multiplies nested page sizes, those in variables included', async () => {
    const query =
      'query ($many: Int) { conversations(first: $many) { edges { node { messages(first: $many) { edges { node { id } } } } } } }';
    expect((await ask(query, { many: 5 })).status).toBe(200);
    expect(summary(await ask(query, { many: 100 }))).toEqual(refused('QUERY_TOO_COMPLEX'));
  });

  it('refuses variables that nest 1,000 deep', async () => {
    const deep = JSON.parse(`${'['.repeat(1_000)}${']'.repeat(1_000)}`) as unknown;
    expect(summary(await ask('{ viewer { id } }', { deep }))).toEqual(refused('BAD_USER_INPUT'));
  });

  it('refuses a list of 251 ids', async () => {
    const query = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { score } }';
    expect(summary(await ask(query, { input: { query: 'x', knowledgeBaseIds: Array(251).fill('a') } }))).toEqual(refused('BAD_USER_INPUT'));
  });

  it('accepts a query over all six subgraphs', async () => {
    const document = `query Showcase($id: ID!) { conversation(id: $id) { title thread(last: 50) { edges { node { id role text
      run { id status attempt usage { inputTokens outputTokens costUsd } assistantVersion { number name } toolCalls { tool { name } durationMs } }
      citations { number quote passage { page start end document { name pageCount } } } } } } assistant { name model { name } owner { name } } } }`;
    expect(summary(await ask(document, { id: '01900000-0000-7000-8000-000000000000' })).code).toBe('NOT_FOUND');
  });
});

describe('the gateway with documents that once crashed it or were answered wrongly', () => {
  it('answers them and keeps running', async () => {
    const deadly = '{ conversation(id: "x") { suggestedDocuments { id } id: activeRun { __typename } } }';
    expect(summary(await ask(deadly)).code).toBe('NOT_FOUND');
    expect((await ask('{ viewer @skip(if: true) { id } }')).data).toEqual({});
    expect((await ask('{ ... @include(if: false) { viewer { id } } }')).data).toEqual({});
    expect((await ask('mutation { signOut @skip(if: true) { signedOut } }')).data).toEqual({});
    expect((await ask('{ id: viewer { id: name name: id } }')).data).toEqual({ id: { id: 'Ada', name: ada.id } });
  });

  it('treats an empty operation name as absent', async () => {
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` },
      body: JSON.stringify({ query: '{ viewer { id } }', operationName: '' }),
    });
    expect(await response.json()).toEqual({ data: { viewer: { id: ada.id } } });
  });
});

describe('a document that is invalid against the schema', () => {
  it('is refused without suggestions of names from the schema', async () => {
    const answers = [
      await ask('{ viewr { id } }'),
      await ask('{ viewer { nam } }'),
      await ask('query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { score } }', { input: { qery: 'x' } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(JSON.stringify(answer)).not.toMatch(/did you mean/i);
    }
  });

  it.each([
    ['an operation that is not there', { query: 'query A { viewer { id } }', operationName: 'B' }],
    ['two operations and no name', { query: '{ viewer { id } } { viewer { name } }' }],
  ])('is refused with 400 where it has %s', async (_what, body) => {
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.token}` },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(400);
  });

  it('is refused with 400 where it is a subscription over plain HTTP', async () => {
    expect(summary(await ask('subscription { notificationReceived { id } }'))).toEqual(refused('BAD_REQUEST'));
  });

  it.each([
    '{ viewer { ... @defer { id } } }',
    '{ _service { sdl } }',
    '{ _entities(representations: []) { __typename } }',
    '{ session(id: "x") { id } }',
    'mutation { documentStored(input: {}) { document { id } } }',
  ])('is refused where it asks for internal or unsupported parts: %s', async (query) => {
    expect(summary(await ask(query))).toEqual(refused('GRAPHQL_VALIDATION_FAILED'));
  });

  it('is refused where a variable or literal has NUL or a lone surrogate', async () => {
    const rename = 'mutation ($input: RenameConversationInput!) { renameConversation(input: $input) { conversation { id } } }';
    for (const title of ['a\0b', '\ud800', 'x\udc00y']) {
      expect(summary(await ask(rename, { input: { id: 'x', title } }))).toEqual(refused('BAD_USER_INPUT'));
    }
    expect(summary(await ask(String.raw`{ conversations(search: "a\u0000b") { totalCount } }`))).toEqual(refused('BAD_USER_INPUT'));
    expect((await ask('{ conversations(search: "\ud800") { totalCount } }')).status).toBe(400);
  });
});

describe('a visitor who is not signed in', () => {
  it.each([
    '{ viewer { id } }',
    '{ nothing }',
    '{ __schema { types { name } } }',
    '{ models { id } }',
    'mutation { signOut { signedOut } }',
    '{ __type(name: "User") { name } }',
  ])('learns from %s only that signing in is required', async (query) => {
    expect(summary(await product.graph(query))).toEqual({ status: 401, code: 'UNAUTHENTICATED', data: undefined });
  });

  it('learns nothing about types through the fields that are public', async () => {
    const { status, errors } = await product.graph(
      'mutation { signIn(input: { email: "a@example.com", password: "12345678" }) { user { nothing } } }',
    );
    expect({ status, messages: errors?.map(({ message }) => message) }).toEqual({
      status: 400,
      messages: ['The document is not valid for the schema.'],
    });
  });

  it('is a control: the same documents are explained to people who are signed in', async () => {
    const { errors } = await ask('mutation { signIn(input: { email: "a@example.com", password: "12345678" }) { user { nothing } } }');
    expect(errors?.map(({ message }) => message)).toEqual(['Cannot query field "nothing" on type "User".']);
  });
});

describe('error messages', () => {
  const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { expiresAt } }';

  it.each<[string, string, Record<string, unknown>]>([
    ['a variable of a wrong shape', SIGN_IN, { input: { password: 'CANARY' } }],
    ['a variable of a wrong type', SIGN_IN, { input: { email: { CANARY: 'CANARY' }, password: ['CANARY'] } }],
    ['a literal of a wrong type', 'mutation { signIn(input: { email: 7, password: "CANARY" }) { expiresAt } }', {}],
    ['a literal in a wrong place', 'mutation { signIn(input: "CANARY") { expiresAt } }', {}],
    ['a text where none may stand', 'mutation { signIn(input: { email: "a" "CANARY" }) { expiresAt } }', {}],
    ['an enum', '{ conversations(first: 1, search: CANARY) { totalCount } }', {}],
  ])('do not repeat a value of %s', async (_what, query, variables) => {
    for (const token of [ada.token, undefined]) {
      const answer = await product.graph(query, variables, token);
      expect(answer.errors?.length).toBeGreaterThan(0);
      expect(JSON.stringify(answer)).not.toContain('CANARY');
    }
  });
});

describe('introspection', () => {
  it('answers signed-in people, in one query of the usual form', async () => {
    const { data } = await ask(getIntrospectionQuery());
    expect(data.__schema.queryType.name).toBe('Query');
  });

  it('refuses queries that follow types in circles', async () => {
    const query = `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`;
    expect(summary(await ask(query))).toEqual(refused('GRAPHQL_VALIDATION_FAILED'));
  });
});
