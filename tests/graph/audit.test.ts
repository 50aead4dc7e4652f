import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const AUDIT = `query ($first: Int, $after: String, $filter: AuditFilter) { auditLog(first: $first, after: $after, filter: $filter) {
  totalCount pageInfo { hasNextPage endCursor }
  edges { node { id at actor { id name } action targetType targetId detail requestId ip } } } }`;

let model: ModelServer;
let product: Product;
let admin: Person;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test', SIGN_INS_PER_MINUTE: '1000' } });
  admin = await Person.signUp(product, 'Admin');
});

afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

async function entries(filter: Record<string, unknown>): Promise<any[]> {
  const { auditLog } = await admin.ask(AUDIT, { first: 100, filter });
  return auditLog.edges.map(({ node }: any) => node);
}

/** A request under an id of its own, by which its traces are found again. */
async function traced(requestId: string, query: string, { input, token }: { input?: unknown; token?: string | undefined }): Promise<any> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': requestId, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, variables: input === undefined ? {} : { input } }),
  });
  return response.json();
}

/** What each mutation is called with and which fact it must leave; later ones build on what earlier ones made. */
interface Step {
  mutation: string;
  select: string;
  action: string;
  input?(made: Record<string, any>): unknown;
  /** As whom; the person when absent. */
  anonymous?: boolean;
  before?(made: Record<string, any>): Promise<void>;
}

const EMAIL = 'audited@example.org';

const STEPS: Step[] = [
  { mutation: 'signUp', select: '{ accessToken user { id } }', action: 'user.signedUp', anonymous: true, input: () => ({ email: EMAIL, password: PASSWORD, name: 'Audited' }) },
  { mutation: 'signIn', select: '{ accessToken refreshToken }', action: 'user.signedIn', anonymous: true, input: () => ({ email: EMAIL, password: PASSWORD }) },
  { mutation: 'refreshSession', select: '{ accessToken }', action: 'session.refreshed', anonymous: true, input: ({ signIn }) => ({ refreshToken: signIn.refreshToken }) },
  { mutation: 'markNotificationsRead', select: '{ count }', action: 'notification.read', input: () => ({}) },
  { mutation: 'createAssistant', select: '{ assistant { id } }', action: 'assistant.created', input: () => ({ name: 'Audited', instructions: 'Be brief.' }) },
  { mutation: 'updateAssistant', select: '{ assistant { id } }', action: 'assistant.updated', input: ({ createAssistant }) => ({ id: createAssistant.assistant.id, name: 'Renamed' }) },
  { mutation: 'startConversation', select: '{ conversation { id } }', action: 'conversation.started', input: ({ createAssistant }) => ({ assistantId: createAssistant.assistant.id }) },
  { mutation: 'renameConversation', select: '{ conversation { id } }', action: 'conversation.renamed', input: ({ startConversation }) => ({ id: startConversation.conversation.id, title: 'Audit' }) },
  { mutation: 'sendMessage', select: '{ message { id } run { id message { id } } }', action: 'message.sent', input: ({ startConversation }) => ({ conversationId: startConversation.conversation.id, text: 'Hello' }) },
  {
    mutation: 'regenerate',
    select: '{ run { id message { id } } }',
    action: 'run.regenerated',
    input: ({ sendMessage }) => ({ messageId: sendMessage.run.message.id }),
    async before({ sendMessage, person }) {
      await person.follow(sendMessage.run.id);
      model.reply({ tokens: 400, delayMs: 50 });
    },
  },
  { mutation: 'stopRun', select: '{ run { id } }', action: 'run.stopRequested', input: ({ regenerate }) => ({ runId: regenerate.run.id }) },
  {
    mutation: 'selectBranch',
    select: '{ conversation { id } }',
    action: 'conversation.branchSelected',
    input: ({ startConversation, sendMessage }) => ({ conversationId: startConversation.conversation.id, leafId: sendMessage.run.message.id }),
    before: async ({ regenerate, person }) => void (await person.follow(regenerate.run.id)),
  },
  {
    mutation: 'callTool',
    select: '{ toolCall { id } }',
    action: 'tool.called',
    input: ({ calculator }) => ({ toolId: calculator.id, arguments: { expression: '6 * 7' } }),
    async before(made) {
      const { tools } = await made['person'].ask('{ tools { id name } }');
      made['calculator'] = tools.find(({ name }: any) => name === 'calculate');
    },
  },
  { mutation: 'createKnowledgeBase', select: '{ knowledgeBase { id } }', action: 'knowledgeBase.created', input: () => ({ name: 'Audited' }) },
  { mutation: 'updateKnowledgeBase', select: '{ knowledgeBase { id } }', action: 'knowledgeBase.updated', input: ({ createKnowledgeBase }) => ({ id: createKnowledgeBase.knowledgeBase.id, name: 'Renamed' }) },
  {
    mutation: 'addDocument',
    select: '{ document { id } uploadUrl }',
    action: 'document.added',
    input: ({ createKnowledgeBase }) => ({ knowledgeBaseId: createKnowledgeBase.knowledgeBase.id, name: 'empty.pdf', mediaType: 'application/pdf', sizeBytes: 9 }),
  },
  { mutation: 'retryDocument', select: '{ document { id } }', action: 'document.retried', input: ({ addDocument }) => ({ id: addDocument.document.id }), before: uploadBroken },
  { mutation: 'deleteDocument', select: '{ deletedId }', action: 'document.deleted', input: ({ addDocument }) => ({ id: addDocument.document.id }) },
  { mutation: 'deleteKnowledgeBase', select: '{ deletedId }', action: 'knowledgeBase.deleted', input: ({ createKnowledgeBase }) => ({ id: createKnowledgeBase.knowledgeBase.id }) },
  { mutation: 'deleteConversation', select: '{ deletedId }', action: 'conversation.deleted', input: ({ startConversation }) => ({ id: startConversation.conversation.id }) },
  { mutation: 'deleteAssistant', select: '{ deletedId }', action: 'assistant.deleted', input: ({ createAssistant }) => ({ id: createAssistant.assistant.id }) },
  { mutation: 'signOut', select: '{ signedOut }', action: 'session.signedOut' },
];

/** Only what failed can be read again. */
async function uploadBroken({ addDocument, person }: Record<string, any>): Promise<void> {
  await fetch(addDocument.uploadUrl, { method: 'PUT', body: '%PDF-1.7\n' });
  const query = 'query ($id: ID!) { document(id: $id) { status } }';
  await eventually(() => person.ask(query, { id: addDocument.document.id }), ({ document }: any) => document.status === 'FAILED', 40_000);
}

describe('the audit log', () => {
  const made: Record<string, any> = {};

  it('is tested with every mutation of the graph', () => {
    const schema = buildSchema(readFileSync('schema/api.graphql', 'utf8'));
    expect(STEPS.map(({ mutation }) => mutation).sort()).toEqual(Object.keys(schema.getMutationType()!.getFields()).sort());
  });

  it.each(STEPS)('holds exactly one entry of each $mutation', async ({ mutation, select, action, input, anonymous, before }) => {
    await before?.(made);
    const requestId = `audit-${mutation}`;
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input!`;
    const document = input ? `mutation ($input: ${type}) { ${mutation}(input: $input) ${select} }` : `mutation { ${mutation} ${select} }`;
    const { data, errors } = await traced(requestId, document, { input: input?.(made), token: anonymous ? undefined : made['person'].token });
    expect(errors).toBeUndefined();
    made[mutation] = data[mutation];
    if (mutation === 'signUp') made['person'] = Object.assign(Object.create(Person.prototype), { product, id: data.signUp.user.id, token: data.signUp.accessToken });

    // Another fact, told later and heard in order, says that everything before it was heard.
    const marker = await Person.signUp(product);
    await eventually(() => entries({ action: 'user.signedUp', targetId: marker.id }), ({ length }) => length === 1);
    const found = (await entries({ action })).filter((entry) => entry.requestId === requestId);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ actor: { id: made['person'].id }, ip: '127.0.0.1' });
    expect(found[0].targetId).toBeTruthy();
  });

  it('says that somebody failed to sign in, and to whose account', async () => {
    const { errors } = await traced('audit-failed', 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email: EMAIL, password: 'not the password' } });
    expect(errors[0].extensions.code).toBe('INVALID_CREDENTIALS');
    const [entry] = await eventually(() => entries({ action: 'user.signInFailed' }), ({ length }) => length > 0);
    expect(entry).toMatchObject({ actor: null, targetType: 'User', targetId: made['person'].id, requestId: 'audit-failed' });
  });

  it('holds no secrets', async () => {
    const text = JSON.stringify(await entries({}));
    for (const secret of [PASSWORD, 'not the password', made['signIn'].refreshToken, made['signIn'].accessToken, 'argon2']) expect(text).not.toContain(secret);
  });

  it('is read page by page, each entry once, the newest first', async () => {
    const all = await entries({ actorId: made['person'].id });
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { auditLog }: any = await admin.ask(AUDIT, { first: 4, after, filter: { actorId: made['person'].id } });
      seen.push(...auditLog.edges.map(({ node }: any) => node.id));
      ({ endCursor: after, hasNextPage: more } = auditLog.pageInfo);
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).sort().reverse());
  });

  it('is found by action, target and time', async () => {
    const targetId = made['createAssistant'].assistant.id;
    expect((await entries({ targetId })).map(({ action }) => action)).toEqual(['assistant.deleted', 'assistant.updated', 'assistant.created']);
    const [deleted] = await entries({ targetId, action: 'assistant.deleted' });
    expect(await entries({ targetId, to: deleted.at })).toHaveLength(2);
    expect(await entries({ targetId, from: deleted.at })).toHaveLength(1);
  });

  it('is read by administrators only', async () => {
    const person = await Person.signUp(product);
    expect(await person.refused(AUDIT)).toBe('FORBIDDEN');
  });
});
