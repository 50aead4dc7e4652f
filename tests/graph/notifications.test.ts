import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const INBOX = `query ($first: Int, $after: String, $unreadOnly: Boolean) { notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
  totalCount unreadCount pageInfo { hasNextPage endCursor } edges { node { id kind title body link readAt } } } }`;
const RECEIVED = 'subscription { notificationReceived { id kind title body link readAt } }';
const MARK = 'mutation ($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { count unreadCount } }';

let model: ModelServer;
let product: Product;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'test', SIGN_INS_PER_MINUTE: '1000' } });
});

afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

interface Reader {
  person: Person;
  base: string;
}

async function newReader(): Promise<Reader> {
  const person = await Person.signUp(product);
  const { createKnowledgeBase } = await person.ask(CREATE_BASE, { input: { name: 'Papers' } });
  return { person, base: createKnowledgeBase.knowledgeBase.id };
}

/** Adds a document and waits until it was read. */
function add({ person, base }: Reader, name: string, content = 'The tower is thirty metres high.') {
  return addDocument(person, base, { name, mediaType: 'text/plain', content });
}

/** Adds each document to a knowledge base of its own, so that each causes a notification of its own. */
async function addEach({ person }: Reader, names: string[], topic: string): Promise<void> {
  for (const name of names) {
    const { createKnowledgeBase } = await person.ask(CREATE_BASE, { input: { name } });
    await add({ person, base: createKnowledgeBase.knowledgeBase.id }, name, `${name} speaks of ${topic}.`);
    await eventually(
      () => person.ask(INBOX, { first: 100 }),
      ({ notifications: { edges } }) => edges.some(({ node }: any) => node.title === `${name} is ready`),
    );
  }
}

async function inboxOf(person: Person, count: number): Promise<any[]> {
  const { notifications } = await eventually(
    () => person.ask(INBOX, { first: 100 }),
    // The count is read after the page, so it may already include a notification that the page lacks.
    ({ notifications: { edges } }) => edges.length >= count,
  );
  return notifications.edges.map(({ node }: any) => node);
}

describe('a notification', () => {
  it('announces that a document is ready, with its place', async () => {
    const reader = await newReader();
    const { id } = await add(reader, 'tower.txt');
    expect(await inboxOf(reader.person, 1)).toMatchObject([
      {
        kind: 'DOCUMENT_READY',
        title: 'tower.txt is ready',
        body: '1 passage can be searched.',
        link: `/knowledge/${reader.base}?document=${id}`,
        readAt: null,
      },
    ]);
  });

  it('gives the reason why a document could not be read', async () => {
    const reader = await newReader();
    await add(reader, 'broken.pdf', '%PDF-1.7 and nothing more');
    const [notification] = await inboxOf(reader.person, 1);
    expect(notification).toMatchObject({ kind: 'DOCUMENT_FAILED', title: 'broken.pdf could not be read' });
    expect(notification.body).toMatch(/\.$/);
  });

  it('covers all documents of a knowledge base while it is unread, and is followed by another once read', async () => {
    const reader = await newReader();
    for (let number = 1; number <= 10; number++) await add(reader, `${number}.txt`, `Tower number ${number} is thirty metres high.`);
    const read = () => reader.person.ask(INBOX, { first: 100 });
    const { notifications } = await eventually(read, ({ notifications: { edges } }) => edges[0]?.node.title === '10 documents are ready');
    expect(notifications).toMatchObject({ totalCount: 1, unreadCount: 1 });
    expect(notifications.edges[0].node).toMatchObject({
      link: `/knowledge/${reader.base}`,
      body: expect.stringMatching(/and 9 others can be searched/),
    });
    await reader.person.ask(MARK, { input: {} });
    await add(reader, 'later.txt', 'A later tower.');
    expect((await inboxOf(reader.person, 2)).map(({ title }) => title)).toEqual(['later.txt is ready', '10 documents are ready']);
  });

  it('announces that an answer failed, with the next step', async () => {
    const person = await Person.signUp(product);
    const { conversationId } = await person.startConversation();
    model.reply({ fault: '401' });
    const { runId } = await person.send(conversationId, 'How high is the tower?');
    await person.follow(runId);
    const [notification] = await inboxOf(person, 1);
    expect(notification).toMatchObject({ kind: 'ANSWER_FAILED', link: `/c/${conversationId}` });
    expect(notification.title).toMatch(/^An answer in “.+” failed$/);
  });

  it('is not sent for an answer that arrived while the person was watching', async () => {
    const reader = await newReader();
    const { conversationId } = await reader.person.startConversation();
    const { runId } = await reader.person.send(conversationId, 'How high is the tower?');
    await reader.person.follow(runId);
    await add(reader, 'later.txt');
    expect((await inboxOf(reader.person, 1)).map(({ kind }) => kind)).toEqual(['DOCUMENT_READY']);
  });

  it('arrives at once over a WebSocket, for its person only', async () => {
    const [reader, other] = [await newReader(), await newReader()];
    const [own, foreign] = [reader, other].map(({ person }) => listen(person.token));
    // A subscription does not report when it is active, so documents are added until it delivers an event.
    const received = await eventually(async () => {
      await add(reader, 'tower.txt');
      return own!.first();
    }, Boolean);
    expect(received).toMatchObject({ kind: 'DOCUMENT_READY', title: expect.stringMatching(/(is|are) ready$/), readAt: null });
    await Promise.all([own!.end(), foreign!.end()]);
    expect(foreign!.first()).toBeUndefined();
  });
});

describe('the list of notifications', () => {
  it('is marked as read by its owner only, in part or as a whole', async () => {
    const [reader, other] = [await newReader(), await Person.signUp(product)];
    await addEach(reader, ['a.txt', 'b.txt', 'c.txt'], 'lighthouses');
    const ids = (await inboxOf(reader.person, 3)).map(({ id }) => id);
    const mark = async (input: object, by = reader.person) => (await by.ask(MARK, { input })).markNotificationsRead;
    expect(await mark({ ids }, other)).toEqual({ count: 0, unreadCount: 0 });
    expect(await mark({ ids: ['not an id'] })).toEqual({ count: 0, unreadCount: 3 });
    expect(await mark({ ids: ids.slice(0, 1) })).toEqual({ count: 1, unreadCount: 2 });
    expect(await mark({ ids: ids.slice(0, 1) })).toEqual({ count: 0, unreadCount: 2 });
    const { notifications } = await reader.person.ask(INBOX, { unreadOnly: true });
    expect(notifications).toMatchObject({ totalCount: 2, unreadCount: 2 });
    expect(await mark({})).toEqual({ count: 2, unreadCount: 0 });
    expect((await other.ask(INBOX)).notifications.totalCount).toBe(0);
  });

  it('is read page by page, each notification once, the newest first', async () => {
    const reader = await newReader();
    await addEach(reader, ['a.txt', 'b.txt', 'c.txt'], 'harbours');
    await inboxOf(reader.person, 3);
    const titles: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { notifications }: any = await reader.person.ask(INBOX, { first: 2, after });
      titles.push(...notifications.edges.map(({ node }: any) => node.title));
      ({ endCursor: after, hasNextPage: more } = notifications.pageInfo);
    }
    expect(titles).toEqual(['c.txt is ready', 'b.txt is ready', 'a.txt is ready']);
  });
});

/** Collects the notifications that a person's stream delivers. */
function listen(token: string): { first(): any; end(): Promise<unknown> } {
  let received: any;
  const stream = product.socket(token).iterate<any>({ query: RECEIVED });
  void stream.next().then(({ value }) => (received = value?.data.notificationReceived));
  return { first: () => received, end: async () => stream.return?.() };
}
