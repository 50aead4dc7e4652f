import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

const CREATE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const SEARCH = `query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) {
  score keywordRank keywordScore vectorRank vectorScore marks { start end } passage { id text document { id name } } } }`;

let product: SharedProduct;
let ada: Person;
let bob: Person;

const createBase = async (person: Person, name = 'Papers') =>
  (await person.ask(CREATE, { input: { name } })).createKnowledgeBase.knowledgeBase.id as string;
const upload = (person: Person, base: string, name: string, content: string) =>
  addDocument(person, base, { name, mediaType: 'text/plain', content });
const uploadMany = (person: Person, base: string, texts: string[]) =>
  Promise.all(texts.map((text, index) => upload(person, base, `${index}.txt`, text)));
const search = async (person: Person, input: Record<string, unknown>) => (await person.ask(SEARCH, { input })).searchKnowledge as any[];

beforeAll(async () => {
  product = await sharedProduct();
  [ada, bob] = [await Person.signUp(product), await Person.signUp(product, 'Bob')];
});
afterAll(() => product?.leave());

describe('a document of another person', () => {
  const canary = `The vault code is ${randomUUID()} and opens at dawn.`;
  let adasBase: string;
  let adasDocument: string;
  let bobsBase: string;

  beforeAll(async () => {
    [adasBase, bobsBase] = [await createBase(ada), await createBase(bob)];
    adasDocument = (await upload(ada, adasBase, 'vault.txt', canary)).id;
    await uploadMany(
      bob,
      bobsBase,
      Array.from({ length: 6 }, (_, index) => `Tomato number ${index} needs water at noon.`),
    );
  });

  it('is never found by any query in any mode', async () => {
    const questions = [
      'vault code',
      'What is the vault code?',
      canary,
      'opens at dawn',
      'code',
      'vau',
      'Tresor Kennwort',
      'secret of Ada',
      'dawn vault opens code is',
      '*',
      '%',
      "' OR 1=1 --",
      '{ "tenant": "*" }',
    ];
    for (const query of questions) {
      for (const mode of ['HYBRID', 'VECTOR', 'KEYWORD']) {
        for (const hit of await search(bob, { query, mode, first: 100 })) expect(hit.passage.document.id).not.toBe(adasDocument);
      }
    }
  });

  it('takes no place in a result', async () => {
    await uploadMany(
      ada,
      adasBase,
      Array.from({ length: 20 }, (_, index) => `Tomato number ${index} of Ada needs water at noon.`),
    );
    expect(await search(bob, { query: 'tomato water', mode: 'VECTOR', first: 6 })).toHaveLength(6);
    expect(await search(bob, { query: 'tomato water', mode: 'KEYWORD', first: 6 })).toHaveLength(6);
  }, 120_000);

  it("does not change the scores of other people's results", async () => {
    const [before] = await search(bob, { query: 'noon', mode: 'KEYWORD', first: 1 });
    await upload(ada, adasBase, 'noon.txt', 'noon '.repeat(500));
    const [after] = await search(bob, { query: 'noon', mode: 'KEYWORD', first: 1 });
    expect(after.keywordScore).toBe(before.keywordScore);
  });

  it('cannot be named, read, changed or deleted', async () => {
    const [passage] = await search(ada, { query: 'vault code' });
    const attempts: [document: string, variables: Record<string, unknown>][] = [
      [SEARCH, { input: { query: 'vault', knowledgeBaseIds: [bobsBase, adasBase] } }],
      ['query ($id: ID!) { knowledgeBase(id: $id) { name } }', { id: adasBase }],
      ['query ($id: ID!) { document(id: $id) { name } }', { id: adasDocument }],
      ['query ($id: ID!) { passage(id: $id) { text } }', { id: passage.passage.id }],
      ['mutation ($id: ID!) { updateKnowledgeBase(input: { id: $id, name: "mine" }) { knowledgeBase { id } } }', { id: adasBase }],
      ['mutation ($id: ID!) { deleteKnowledgeBase(input: { id: $id }) { deletedId } }', { id: adasBase }],
      ['mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }', { id: adasDocument }],
      ['mutation ($id: ID!) { retryDocument(input: { id: $id }) { document { id } } }', { id: adasDocument }],
      [
        'mutation ($id: ID!) { addDocument(input: { knowledgeBaseId: $id, name: "a", mediaType: "", sizeBytes: 1 }) { uploadUrl } }',
        { id: adasBase },
      ],
    ];
    for (const [document, variables] of attempts)
      expect([document, await bob.refused(document, variables)]).toEqual([document, 'NOT_FOUND']);
    for (const [document] of attempts)
      expect(await bob.refused(document, { id: 'no-id', input: { query: 'x', knowledgeBaseIds: ['no-id'] } })).toBe('NOT_FOUND');
  });

  it('cannot be subscribed to', async () => {
    const query = 'subscription ($id: ID!) { documentEvents(knowledgeBaseId: $id) { documentId } }';
    const watch = async () => {
      for await (const event of product.socket(bob.token).iterate({ query, variables: { id: adasBase } })) return event;
      return null;
    };
    const refusal = await watch().catch((error: unknown) => error);
    expect(JSON.stringify(refusal)).toContain('NOT_FOUND');
  });

  it('is not available to an assistant of another person', async () => {
    const document = `query ($id: ID!) { assistant(id: $id) { knowledgeBases { id } passages(for: "vault code") { passage { text } } currentVersion { knowledgeBases { id } passages(for: "vault code") { passage { text } } } } }`;
    const id = await ada.createAssistant({ knowledgeBaseIds: [adasBase] });
    const { assistant } = await ada.ask(document, { id });
    expect(assistant.passages[0].passage.text).toBe(canary);
    expect(assistant.knowledgeBases).toEqual([{ id: adasBase }]);
    expect(assistant.currentVersion.passages[0].passage.text).toBe(canary);
    expect(await bob.refused(document, { id })).toBe('NOT_FOUND');
    expect(
      await bob.refused('mutation ($input: CreateAssistantInput!) { createAssistant(input: $input) { assistant { id } } }', {
        input: { name: 'Spy', instructions: 'x', knowledgeBaseIds: [adasBase] },
      }),
    ).toBe('BAD_USER_INPUT');
  });

  it('is gone from every search of its owner once it is deleted', async () => {
    const base = await createBase(ada);
    const { id } = await upload(ada, base, 'short.txt', 'The xylograph hangs in the corridor.');
    await ada.ask('mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }', { id });
    for (const mode of ['HYBRID', 'VECTOR', 'KEYWORD'])
      expect(await search(ada, { query: 'xylograph corridor', mode, knowledgeBaseIds: [base] })).toEqual([]);
  });
});

describe('a search', () => {
  let base: string;
  beforeAll(async () => {
    base = await createBase(ada, 'Manual');
    await upload(ada, base, 'boats.md', '# Boats\n\nA sloop has one mast. A ketch has two masts, and the mizzen stands before the rudder.');
    await upload(ada, base, 'planes.md', '# Planes\n\nA biplane has two wings. It lands on grass.');
  });

  it('names the ranking that found each passage, and ranks from 1', async () => {
    const [hit] = await search(ada, { query: 'ketch masts', knowledgeBaseIds: [base] });
    expect(hit).toMatchObject({ keywordRank: 1, vectorRank: 1, passage: { document: { name: 'boats.md' } } });
    expect(hit.vectorScore).toBeGreaterThan(0);
    const [byWords] = await search(ada, { query: 'ketch masts', knowledgeBaseIds: [base], mode: 'KEYWORD' });
    expect(byWords).toMatchObject({ keywordRank: 1, vectorRank: null, vectorScore: null });
    const [byVectors] = await search(ada, { query: 'ketch masts', knowledgeBaseIds: [base], mode: 'VECTOR' });
    expect(byVectors).toMatchObject({ keywordRank: null, keywordScore: null, vectorRank: 1 });
  });

  it('marks the matching words, in any inflected form', async () => {
    const [hit] = await search(ada, { query: 'mast', knowledgeBaseIds: [base] });
    expect(hit.marks.map(({ start, end }: any) => hit.passage.text.slice(start, end))).toEqual(['mast', 'masts']);
  });

  it('answers a natural question of which some words are in no document', async () => {
    const [hit] = await search(ada, { query: 'Could you please tell me where an aeroplane biplane lands?', knowledgeBaseIds: [base] });
    expect(hit.passage.document.name).toBe('planes.md');
  });

  it.each(['', '   ', 'x'.repeat(1_001)])('refuses the query %j', async (query) => {
    expect(await ada.refused(SEARCH, { input: { query } })).toBe('BAD_USER_INPUT');
  });

  it('takes operators and wildcards literally', async () => {
    for (const query of ["'", '"', '\\', ':*', '& | !', "a' | 'b", '<->', '(((', '%_', '{"$ne":1}', '\u{1f600}', '\u202e', 'ﬁ ½ ŉ'])
      expect(Array.isArray(await search(ada, { query, knowledgeBaseIds: [base] }))).toBe(true);
  });

  it.each([0, -1, 101])('refuses a page size of %p', async (first) => {
    expect(await ada.refused(SEARCH, { input: { query: 'x', first } })).toBe('BAD_USER_INPUT');
  });

  it('is not filled by one document that repeats itself, or by copies of one text', async () => {
    const flooded = await createBase(ada);
    const chapter = (index: number) => `# Chapter ${index}\n\n${`The lighthouse number ${index} blinks. `.repeat(60)}`;
    await upload(ada, flooded, 'flood.md', Array.from({ length: 40 }, (_, index) => chapter(index)).join('\n\n'));
    await uploadMany(
      ada,
      flooded,
      Array.from({ length: 5 }, (_, index) => `A lighthouse stands on island ${index}.`),
    );
    await uploadMany(
      ada,
      flooded,
      Array.from({ length: 3 }, (_, index) => `The same lighthouse text.${'\n'.repeat(index)}`),
    );
    const hits = await search(ada, { query: 'lighthouse', knowledgeBaseIds: [flooded], first: 10 });
    expect(hits).toHaveLength(10);
    expect(hits.filter((hit) => hit.passage.document.name === 'flood.md').length).toBeLessThanOrEqual(5);
    expect(hits.filter((hit) => hit.passage.text === 'The same lighthouse text.')).toHaveLength(1);
  }, 120_000);
});

describe('a search while the provider of embeddings is down', () => {
  let model: ModelServer;
  let other: Product;
  beforeAll(async () => {
    model = await startModelServer();
    other = await startProduct({ env: { OPENAI_BASE_URL: model.url, EMBEDDING_MODEL: 'embed' } });
  });
  afterAll(async () => {
    await other?.stop();
    await model?.stop();
  });

  it('answers by words, and from cached vectors for a question that was asked before', async () => {
    const person = await Person.signUp(other);
    const base = await createBase(person);
    await upload(person, base, 'a.txt', 'A sextant measures angles.');
    expect(await search(person, { query: 'sextant', mode: 'VECTOR' })).toHaveLength(1);
    await model.stop();
    const [hit] = await search(person, { query: 'angles' });
    expect(hit).toMatchObject({ keywordRank: 1, vectorRank: null });
    expect(await person.refused(SEARCH, { input: { query: 'angles', mode: 'VECTOR' } })).toMatch(/^PROVIDER_/);
    expect(await search(person, { query: 'sextant', mode: 'VECTOR' })).toHaveLength(1);
  });
});
