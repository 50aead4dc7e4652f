import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Mixed" }) { knowledgeBase { id } } }';
const TOPICS = `query ($id: ID!) { knowledgeBase(id: $id) { topicsComputedAt topicsAreStale
  topics { id name terms passageCount documents(first: 10) { name } } } }`;

/** Sentences about one subject each, in different words. */
const THEMES: Record<string, string[]> = {
  sailing: ['sail', 'mast', 'rudder', 'harbour', 'anchor', 'keel'],
  baking: ['dough', 'flour', 'oven', 'yeast', 'crust', 'butter'],
  stars: ['planet', 'orbit', 'telescope', 'galaxy', 'comet', 'eclipse'],
};

let model: ModelServer;
let product: Product;
let ada: Person;
let base: string;

const read = async (): Promise<any> => (await ada.ask(TOPICS, { id: base })).knowledgeBase;
const settled = () => eventually(read, ({ topicsComputedAt, topicsAreStale }) => topicsComputedAt !== null && !topicsAreStale, 40_000);

function textAbout(theme: string): string {
  const words = THEMES[theme]!;
  const chapter = (index: number) =>
    `# Part ${index}\n\n${words
      .map((word, place) => `The ${word} and the ${words[(place + index) % 6]}.`)
      .join(' ')
      .repeat(4)}`;
  return [1, 2, 3, 4, 5].map(chapter).join('\n\n');
}

beforeAll(async () => {
  model = await startModelServer({ embeddingDimensions: 512 });
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'k', EMBEDDING_MODEL: 'embed' } });
  ada = await Person.signUp(product);
  base = (await ada.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
});
afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

describe('the topics of a knowledge base', () => {
  it('are none, and marked stale, before they were computed', async () => {
    expect(await read()).toEqual({ topicsComputedAt: null, topicsAreStale: true, topics: [] });
  });

  it('cover the subjects of its documents, named by their distinguishing words', async () => {
    for (const theme of Object.keys(THEMES)) {
      for (const part of ['a', 'b'])
        await addDocument(ada, base, {
          name: `${theme}-${part}.md`,
          mediaType: 'text/markdown',
          content: `${textAbout(theme)}\n\nEdition ${part}.`,
        });
    }
    const { topics } = await settled();
    expect(topics).toHaveLength(3);
    for (const { name, terms, documents, passageCount } of topics) {
      const [theme, words] = Object.entries(THEMES).find(([, own]) => own.includes(terms[0]))!;
      expect(terms.slice(0, 6).every((term: string) => words.includes(term) || words.includes(term.replace(/s$/, '')))).toBe(true);
      expect(documents.map((document: any) => document.name).sort()).toEqual([`${theme}-a.md`, `${theme}-b.md`]);
      expect(name.toLowerCase()).toBe(terms.slice(0, 3).join(', '));
      expect(passageCount).toBeGreaterThan(1);
    }
  }, 120_000);

  it('leave out a deleted document at once, and are computed again', async () => {
    const { documents } = (
      await ada.ask('query ($id: ID!) { knowledgeBase(id: $id) { documents { edges { node { id name } } } } }', { id: base })
    ).knowledgeBase;
    const before = await read();
    for (const { node } of documents.edges) {
      if (node.name.startsWith('stars'))
        await ada.ask('mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }', { id: node.id });
    }
    const between = await read();
    expect(JSON.stringify(between)).not.toContain('stars-');
    const { topics, topicsComputedAt } = await settled();
    expect(topicsComputedAt).not.toBe(before.topicsComputedAt);
    expect(JSON.stringify(topics)).not.toMatch(/planet|comet|stars-/);
  }, 60_000);

  it('are NOT_FOUND for other people', async () => {
    expect(await (await Person.signUp(product)).refused(TOPICS, { id: base })).toBe('NOT_FOUND');
  });

  it('are deleted with the knowledge base', async () => {
    await ada.ask('mutation ($id: ID!) { deleteKnowledgeBase(input: { id: $id }) { deletedId } }', { id: base });
    expect(await ada.refused(TOPICS, { id: base })).toBe('NOT_FOUND');
  });
});
