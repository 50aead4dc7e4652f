import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const CREATE = 'mutation ($name: String!) { createKnowledgeBase(input: { name: $name }) { knowledgeBase { id } } }';
const SIMILAR = 'query ($id: ID!, $first: Int) { document(id: $id) { similar(first: $first) { id name knowledgeBase { id } } } }';
const SUGGESTED = 'query ($id: ID!, $first: Int) { conversation(id: $id) { suggestedDocuments(first: $first) { id name } } }';
const DELETE = 'mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }';

let model: ModelServer;
let product: Product;
let ada: Person;
let base: string;
const ids: Record<string, string> = {};

async function add(person: Person, knowledgeBaseId: string, name: string, content: string): Promise<string> {
  return (ids[name] = (await addDocument(person, knowledgeBaseId, { name, mediaType: 'text/plain', content })).id);
}
const createBase = async (person: Person, name: string): Promise<string> =>
  (await person.ask(CREATE, { name })).createKnowledgeBase.knowledgeBase.id;
const similar = async (id: string, first?: number): Promise<string[]> =>
  (await ada.ask(SIMILAR, { id, first })).document.similar.map(({ name }: any) => name);

beforeAll(async () => {
  model = await startModelServer({ embeddingDimensions: 512 });
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'k', EMBEDDING_MODEL: 'embed' } });
  ada = await Person.signUp(product);
  base = await createBase(ada, 'Harbour');
  await add(ada, base, 'ketch.txt', 'The ketch carries two masts. Its mizzen mast stands before the rudder, and the sails are easily set.');
  await add(ada, base, 'sloop.txt', 'The sloop carries one mast. Its sails are large, and the rudder hangs behind the mast.');
  await add(ada, base, 'bread.txt', 'Knead flour, yeast and salt, let the dough rise, and bake the bread in a hot oven.');
  await add(
    ada,
    await createBase(ada, 'Kitchen'),
    'pizza.txt',
    'Knead flour, yeast and oil, let the dough rest, and bake the pizza in a very hot oven.',
  );
});
afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

describe('the similar documents of a document', () => {
  it('come from all knowledge bases of the person, the closest first, without the document itself', async () => {
    expect(await similar(ids['ketch.txt']!)).toEqual(['sloop.txt', expect.any(String), expect.any(String)]);
    expect((await similar(ids['pizza.txt']!))[0]).toBe('bread.txt');
    expect(await similar(ids['ketch.txt']!, 1)).toEqual(['sloop.txt']);
  });

  it('are never documents of another person, however close', async () => {
    const eve = await Person.signUp(product);
    const hers = await createBase(eve, 'Copies');
    await add(
      eve,
      hers,
      'copy.txt',
      'The ketch carries two masts. Its mizzen mast stands before the rudder, and the sails are easily set!',
    );
    expect(await similar(ids['ketch.txt']!)).not.toContain('copy.txt');
    expect((await eve.ask(SIMILAR, { id: ids['copy.txt'] })).document.similar).toEqual([]);
    expect(await eve.refused(SIMILAR, { id: ids['ketch.txt'] })).toBe('NOT_FOUND');
  });

  it('are the same for a duplicate as for its original', async () => {
    const again = await addDocument(ada, base, {
      name: 'again.txt',
      mediaType: 'text/plain',
      content: 'The sloop carries one mast. Its sails are large, and the rudder hangs behind the mast.',
    });
    expect(await similar(again.id)).toEqual(await similar(ids['sloop.txt']!));
    await ada.ask(DELETE, { id: again.id });
  });

  it('fill the page although one of them has hundreds of passages', async () => {
    const crowd = await createBase(ada, 'Crowd');
    const long = Array.from({ length: 150 }, (_, index) => `# Ship ${index}\n\n${'The schooner has tall masts and a keel. '.repeat(40)}`);
    await addDocument(ada, crowd, { name: 'long.md', mediaType: 'text/markdown', content: long.join('\n\n') });
    const id = await add(ada, crowd, 'schooner.txt', 'The schooner has tall masts and a keel.');
    const names = await similar(id, 5);
    expect(names[0]).toBe('long.md');
    expect(names).toHaveLength(5);
    expect(new Set(names).size).toBe(5);
    await ada.ask('mutation ($id: ID!) { deleteKnowledgeBase(input: { id: $id }) { deletedId } }', { id: crowd });
    expect(await similar(ids['ketch.txt']!)).not.toContain('long.md');
  }, 120_000);

  it.each([0, 101])('are refused for a page size of %p', async (first) => {
    expect(await ada.refused(SIMILAR, { id: ids['ketch.txt'], first })).toBe('BAD_USER_INPUT');
  });
});

describe('the suggested documents of a conversation', () => {
  const suggested = async (id: string, first?: number): Promise<string[]> =>
    (await ada.ask(SUGGESTED, { id, first })).conversation.suggestedDocuments.map(({ name }: any) => name);
  const say = async (conversationId: string, text: string) => ada.follow((await ada.send(conversationId, text)).runId);

  it('are none before the first message', async () => {
    expect(await suggested((await ada.startConversation()).conversationId)).toEqual([]);
  });

  it('are about the content of the messages', async () => {
    const { conversationId } = await ada.startConversation();
    model.otherwise = { text: 'The oven is hot when the dough is put in.' };
    await say(conversationId, 'How do I knead dough with flour and yeast, and bake it?');
    expect((await suggested(conversationId, 2)).sort()).toEqual(['bread.txt', 'pizza.txt']);
  });

  it('leave out documents that were cited already', async () => {
    const { conversationId } = await ada.startConversation({ knowledgeBaseIds: [base] });
    model.otherwise = { text: 'Its sails are large, and the rudder hangs behind the mast [1].' };
    await say(conversationId, 'Where do the rudder and the mizzen of a ketch stand?');
    const cited = await ada.ask(
      'query ($id: ID!) { conversation(id: $id) { thread { edges { node { citations { document { name } } } } } } }',
      { id: conversationId },
    );
    const names = cited.conversation.thread.edges.flatMap(({ node }: any) => node.citations.map(({ document }: any) => document.name));
    expect(names).toEqual(['ketch.txt']);
    const others = await suggested(conversationId);
    expect(others[0]).toBe('sloop.txt');
    expect(others).not.toContain('ketch.txt');
  });

  it('are loaded for a whole list of conversations at once', async () => {
    const { conversations } = await ada.ask('{ conversations(first: 10) { edges { node { id suggestedDocuments(first: 1) { name } } } } }');
    expect(conversations.edges.map(({ node }: any) => node.suggestedDocuments.length).sort()).toEqual([0, 1, 1]);
  });

  it('are none, without failing the query, while the messages have no vectors', async () => {
    const { conversationId } = await ada.startConversation();
    model.otherwise = {};
    await say(conversationId, 'What floats in the harbour at night?');
    model.reply(...Array.from({ length: 20 }, () => ({ for: 'embeddings' as const, fault: '503' as const })));
    expect(await suggested(conversationId)).toEqual([]);
    model.clear();
  }, 60_000);
});
