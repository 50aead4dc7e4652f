import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import type { ModelRequest } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person, type SentMessage } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const CREATE_BASE = 'mutation ($name: String!) { createKnowledgeBase(input: { name: $name }) { knowledgeBase { id } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id } uploadUrl } }';
const STATUSES = 'query ($id: ID!) { knowledgeBase(id: $id) { documents(first: 100) { edges { node { id status } } } } }';
const QUOTAS = '{ chatQuotas { kind used limit renewsAt } knowledgeQuotas { kind used limit renewsAt } }';
const SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { run { id } } }';

let model: ModelServer;
let product: Product;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({
    env: {
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: 'test',
      RUNS_PER_WORKER: '4',
      RUNS_WAITING_PER_PERSON: '12',
      QUOTA_MESSAGES_PER_DAY: '20',
      QUOTA_TOKENS_PER_DAY: '100000',
      QUOTA_KNOWLEDGE_BASES: '3',
      QUOTA_DOCUMENTS: '30',
      QUOTA_STORAGE_MB: '1',
    },
  });
});

afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

async function createBase(person: Person, name = 'Papers'): Promise<string> {
  return (await person.ask(CREATE_BASE, { name })).createKnowledgeBase.knowledgeBase.id;
}

describe('the queue of answers', () => {
  it('leaves places to other people while one person has many runs, and refuses more than a bound', async () => {
    const [busy, other] = [await Person.signUp(product, 'Busy'), await Person.signUp(product, 'Other')];
    const conversations = await Promise.all(Array.from({ length: 13 }, () => busy.startConversation()));
    const { conversationId } = await other.startConversation();
    let release!: () => void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const isLong = ({ body }: ModelRequest) => JSON.stringify(body).includes('A long answer');
    for (let n = 0; n < 12; n++) model.reply({ when: isLong, tokens: 2, delayMs: 100, goesOnUntil: held });
    const runs: SentMessage[] = [];
    for (const started of conversations.slice(0, 12)) runs.push(await busy.send(started.conversationId, 'A long answer'));
    const statuses = async () => {
      const asked = runs.map(({ runId }) => busy.ask('query ($id: ID!) { run(id: $id) { status } }', { id: runId }));
      return (await Promise.all(asked)).map(({ run }) => run.status);
    };
    await eventually(statuses, (found) => found.filter((status) => status === 'RUNNING').length === 2);

    const refused = await product.graph(
      SEND,
      { input: { conversationId: conversations[12]!.conversationId, text: 'One more' } },
      busy.token,
    );
    expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'QUOTA_EXCEEDED', limit: 12 } });

    model.reply({ when: (request) => !isLong(request), text: 'Hello back.' });
    const hello = await other.send(conversationId, 'Hello');
    expect((await other.follow(hello.runId)).text).toBe('Hello back.');
    expect((await statuses()).filter((status) => status === 'RUNNING')).toHaveLength(2);

    // A free place goes to the next run in the queue.
    await busy.ask('mutation ($id: ID!) { stopRun(input: { runId: $id }) { run { id } } }', { id: runs[0]!.runId });
    await eventually(statuses, (found) => found[0] === 'STOPPED' && found.filter((status) => status !== 'QUEUED').length >= 3);
    release();
    await eventually(statuses, (found) => found.slice(1).every((status) => status === 'COMPLETED'), 60_000);
  });
});

describe('the queue of documents', () => {
  it('does not make the document of one person wait for many documents of another', async () => {
    const [busy, other] = [await Person.signUp(product, 'Busy'), await Person.signUp(product, 'Other')];
    const [many, one] = [await createBase(busy), await createBase(other)];
    const content = (n: number) =>
      Array.from({ length: 900 }, (_, line) => `Line ${line} of file ${n} tells of lighthouse ${line * n}.`).join('\n');
    await Promise.all(
      Array.from({ length: 16 }, async (_, n) => {
        const bytes = content(n);
        const input = { knowledgeBaseId: many, name: `${n}.txt`, mediaType: 'text/plain', sizeBytes: bytes.length };
        const { uploadUrl } = (await busy.ask(ADD, { input })).addDocument;
        await fetch(uploadUrl, { method: 'PUT', body: bytes });
      }),
    );
    await addDocument(other, one, { name: 'small.txt', mediaType: 'text/plain', content: 'A small text.' });
    const { knowledgeBase } = await busy.ask(STATUSES, { id: many });
    const waiting = knowledgeBase.documents.edges.filter(({ node }: any) => node.status !== 'READY');
    expect(waiting.length).toBeGreaterThan(4);
  });
});

describe('the quotas of a person', () => {
  it('are shown, and an excess is refused with the next step', async () => {
    const person = await Person.signUp(product);
    await Promise.all(['a', 'b', 'c'].map((name) => createBase(person, name)));
    const refused = await product.graph(CREATE_BASE, { name: 'd' }, person.token);
    expect(refused.errors?.[0]).toMatchObject({
      message: 'You have 3 knowledge bases, which is the limit. Delete one that you no longer need.',
      extensions: { code: 'QUOTA_EXCEEDED', kind: 'KNOWLEDGE_BASES', used: 3, limit: 3 },
    });
    const { knowledgeQuotas } = await person.ask(QUOTAS);
    expect(knowledgeQuotas).toEqual([
      { kind: 'KNOWLEDGE_BASES', used: 3, limit: 3, renewsAt: null },
      { kind: 'DOCUMENTS', used: 0, limit: 30, renewsAt: null },
      { kind: 'STORAGE_BYTES', used: 0, limit: 1_048_576, renewsAt: null },
    ]);
  });

  it('of bytes also hold for documents that are announced at the same time', async () => {
    const person = await Person.signUp(product);
    const knowledgeBaseId = await createBase(person);
    const input = (n: number) => ({ knowledgeBaseId, name: `${n}.txt`, mediaType: 'text/plain', sizeBytes: 300_000 });
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => product.graph(ADD, { input: input(n) }, person.token)));
    expect(answers.filter(({ errors }) => !errors)).toHaveLength(3);
    expect(answers.flatMap(({ errors }) => errors ?? []).map(({ extensions }) => extensions['kind'])).toEqual(
      Array.from({ length: 3 }, () => 'STORAGE_BYTES'),
    );
  });

  it('of messages are renewed each day, and count only accepted messages', async () => {
    const person = await Person.signUp(product);
    const { conversationId } = await person.startConversation();
    for (let n = 0; n < 20; n++) await person.follow((await person.send(conversationId, `Message ${n}`)).runId);
    expect(await person.refused(SEND, { input: { conversationId, text: 'One more' } })).toBe('QUOTA_EXCEEDED');
    const { chatQuotas } = await person.ask(QUOTAS);
    expect(chatQuotas).toMatchObject([
      { kind: 'MESSAGES_PER_DAY', used: 20, limit: 20 },
      { kind: 'TOKENS_PER_DAY', limit: 100_000 },
    ]);
    expect(chatQuotas[1].used).toBeGreaterThan(20);
    expect(Date.parse(chatQuotas[0].renewsAt)).toBeGreaterThan(Date.now());
  });
});
