import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql';
import { addDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
const ELSEWHERE = '01900000-0000-7000-8000-000000000000';
const OPEN_TO_ALL = ['signUp', 'signIn', 'refreshSession', 'signUpPolicy'];
const ADMIN_ONLY = ['users', 'auditLog', 'liveMetrics'];

let product: SharedProduct;
let admin: Person;
let ada: Person;
let bob: Person;
/** Ids of Ada's objects, by the names of the arguments and inputs that could refer to them. */
let hers: Record<string, string>;

beforeAll(async () => {
  product = await sharedProduct();
  admin = await product.signInAdmin();
  ada = await Person.signUp(product);
  bob = await Person.signUp(product, 'Bob');
  const { conversationId, assistantId } = await ada.startConversation();
  const { messageId, runId } = await ada.send(conversationId, 'The canary sings in Lausanne.');
  await ada.follow(runId);
  const made = await ada.ask('mutation { createKnowledgeBase(input: { name: "Hers" }) { knowledgeBase { id } } }');
  const knowledgeBaseId = made.createKnowledgeBase.knowledgeBase.id as string;
  const document = await addDocument(ada, knowledgeBaseId, {
    name: 'a.txt',
    mediaType: 'text/plain',
    content: 'The canary sings in Lausanne every morning.',
  });
  const found = await ada.ask('{ searchKnowledge(input: { query: "canary" }) { passage { id } } }');
  hers = {
    conversationId,
    assistantId,
    messageId,
    runId,
    knowledgeBaseId,
    documentId: document.id,
    passageId: found.searchKnowledge[0].passage.id,
  };
});
afterAll(() => product.leave());

const fieldsOf = (root: 'query' | 'mutation' | 'subscription') => Object.values(schema.getRootType(root as never)?.getFields() ?? {});

/** Builds a document that selects as little as possible of a root field, with arguments made by `value`. */
function documentFor(root: string, field: GraphQLField<unknown, unknown>, value: (name: string, type: GraphQLInputType) => string): string {
  const required = field.args.filter(({ name, type }) => isNonNullType(type) || /id$/i.test(name));
  const given = required.map(({ name, type }) => `${name}: ${value(name, type)}`);
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  return `${root} { ${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''} ${selection} }`;
}

function literal(type: GraphQLInputType, idFor: (name: string) => string, name = ''): string {
  if (isNonNullType(type)) return literal(type.ofType, idFor, name);
  if (isListType(type)) return `[${literal(type.ofType, idFor, name)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const needed = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || /Id$/.test(field.name));
    return `{ ${needed.map((field) => `${field.name}: ${literal(field.type, idFor, field.name)}`).join(', ')} }`;
  }
  if (type.name === 'ID') return `"${idFor(name)}"`;
  if (type.name === 'Int' || type.name === 'Float') return '1';
  if (type.name === 'Boolean') return 'true';
  if (type.name === 'JSON') return '{}';
  return type.name === 'DateTime' ? '"2026-01-01T00:00:00Z"' : '"x"';
}

const anyId = (_name: string, type: GraphQLInputType) => literal(type, () => ELSEWHERE);

describe('authorization of every root field of the schema', () => {
  const all = (['query', 'mutation', 'subscription'] as const).flatMap((root) =>
    fieldsOf(root).map((field) => [`${root} ${field.name}`, root, field] as const),
  );

  it.each(all.filter(([, , { name }]) => !OPEN_TO_ALL.includes(name)))(
    '%s refuses visitors who are not signed in',
    async (_name, root, field) => {
      const { status, errors, data } = await product.graph(documentFor(root, field, anyId));
      expect({ status, code: errors?.[0]?.extensions['code'], data }).toEqual({ status: 401, code: 'UNAUTHENTICATED', data: undefined });
    },
  );

  it.each(ADMIN_ONLY)('%s refuses people who are not administrators', async (name) => {
    const root = name === 'liveMetrics' ? 'subscription' : 'query';
    const field = fieldsOf(root).find((one) => one.name === name)!;
    expect(await codeOf(ada, documentFor(root, field, anyId))).toBe('FORBIDDEN');
    if (root === 'query') expect((await product.graph(documentFor(root, field, anyId), {}, admin.token)).errors).toBeUndefined();
  });
});

describe('objects that belong to another person', () => {
  /** Lists for each root field with an id argument how it can refer to one of Ada's objects. */
  const aims: [field: string, argument: string, of: string][] = [
    ['assistant', 'id', 'assistantId'],
    ['conversation', 'id', 'conversationId'],
    ['message', 'id', 'messageId'],
    ['run', 'id', 'runId'],
    ['knowledgeBase', 'id', 'knowledgeBaseId'],
    ['document', 'id', 'documentId'],
    ['passage', 'id', 'passageId'],
    ['updateAssistant', 'id', 'assistantId'],
    ['deleteAssistant', 'id', 'assistantId'],
    ['startConversation', 'assistantId', 'assistantId'],
    ['renameConversation', 'id', 'conversationId'],
    ['deleteConversation', 'id', 'conversationId'],
    ['selectBranch', 'conversationId', 'conversationId'],
    ['sendMessage', 'conversationId', 'conversationId'],
    ['regenerate', 'messageId', 'messageId'],
    ['stopRun', 'runId', 'runId'],
    ['updateKnowledgeBase', 'id', 'knowledgeBaseId'],
    ['deleteKnowledgeBase', 'id', 'knowledgeBaseId'],
    ['addDocument', 'knowledgeBaseId', 'knowledgeBaseId'],
    ['retryDocument', 'id', 'documentId'],
    ['deleteDocument', 'id', 'documentId'],
    ['runEvents', 'runId', 'runId'],
    ['documentEvents', 'knowledgeBaseId', 'knowledgeBaseId'],
  ];

  it.each(aims)('%s(%s) answers another person and the administrator as if the object did not exist', async (name, argument, of) => {
    const root = (['query', 'mutation', 'subscription'] as const).find((one) => fieldsOf(one).some((field) => field.name === name))!;
    const field = fieldsOf(root).find((one) => one.name === name)!;
    const aimed = (id: string) =>
      documentFor(root, field, (top, type) => literal(type, (inner) => ((inner || top) === argument ? id : ELSEWHERE), top));
    const missing = await codeOf(bob, aimed(ELSEWHERE));
    expect(missing).toBe('NOT_FOUND');
    expect([await codeOf(bob, aimed(hers[of]!)), await codeOf(admin, aimed(hers[of]!))]).toEqual([missing, missing]);
  });

  it('every id argument of a root field, except of tools and notices, has a row in this test', () => {
    const takesId = (field: GraphQLField<unknown, unknown>) => documentFor('query', field, anyId).includes(ELSEWHERE);
    const names = (['query', 'mutation', 'subscription'] as const)
      .flatMap(fieldsOf)
      .filter(takesId)
      .map(({ name }) => name);
    const lines = new Set(aims.map(([name]) => name));
    expect(names.filter((name) => !lines.has(name)).sort()).toEqual(['callTool', 'toolCall']);
  });

  it('no list, count or search of another person contains them', async () => {
    const query = `{ conversations { totalCount } assistants { totalCount } knowledgeBases { totalCount } searchMessages(query: "canary") { snippet }
      searchKnowledge(input: { query: "canary" }) { score } notifications { totalCount } }`;
    expect(await bob.ask(query)).toEqual({
      conversations: { totalCount: 0 },
      assistants: { totalCount: 0 },
      knowledgeBases: { totalCount: 0 },
      searchMessages: [],
      searchKnowledge: [],
      notifications: { totalCount: 0 },
    });
  });

  it('an assistant of another person that names the knowledge base does not reveal it', async () => {
    const create =
      'mutation ($ids: [ID!]) { createAssistant(input: { name: "Thief", instructions: "x", knowledgeBaseIds: $ids }) { assistant { knowledgeBases { name } passages(for: "canary") { score } } } }';
    const { data, errors } = await product.graph(create, { ids: [hers['knowledgeBaseId']] }, bob.token);
    if (!errors) expect(data.createAssistant.assistant).toEqual({ knowledgeBases: [], passages: [] });
    expect(JSON.stringify(data ?? null)).not.toContain('Hers');
  });

  it('owner and role cannot be changed by fields that the API does not offer', async () => {
    for (const extra of ['ownerId: "x"', 'role: ADMIN', 'createdAt: "2026-01-01T00:00:00Z"']) {
      expect(
        await codeOf(bob, `mutation { createAssistant(input: { name: "x", instructions: "x", ${extra} }) { assistant { id } } }`),
      ).toBe('GRAPHQL_VALIDATION_FAILED');
      expect(
        await codeOf(bob, 'mutation ($i: CreateAssistantInput!) { createAssistant(input: $i) { assistant { id } } }', {
          i: { name: 'x', instructions: 'x', [extra.split(':')[0]!]: 'x' },
        }),
      ).toBe('BAD_USER_INPUT');
    }
  });

  it('headers that claim an identity do not give access', async () => {
    const response = await fetch(`${product.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${bob.token}`,
        'x-user-id': ada.id,
        'x-role': 'ADMIN',
        'x-system': 'true',
      },
      body: JSON.stringify({ query: '{ viewer { id role } }' }),
    });
    expect(await response.json()).toEqual({ data: { viewer: { id: bob.id, role: 'USER' } } });
  });

  it("interleaved requests of two people never return each other's data", async () => {
    const askers = Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? ada : bob));
    const answers = await Promise.all(askers.map((person) => person.ask('{ viewer { id } conversations { totalCount } }')));
    expect(answers).toEqual(askers.map((person) => ({ viewer: { id: person.id }, conversations: { totalCount: person === ada ? 1 : 0 } })));
  });
});

/** Returns the error code that a person gets; a subscription is sent over a WebSocket. */
async function codeOf(person: Person, document: string, variables: Record<string, unknown> = {}): Promise<string | undefined> {
  if (!document.startsWith('subscription')) return (await product.graph(document, variables, person.token)).errors?.[0]?.extensions['code'];
  for await (const { errors } of product.socket(person.token).iterate({ query: document, variables }))
    return errors?.[0]?.extensions?.['code'] as string | undefined;
  return undefined;
}
