import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { startVectorServer, type VectorServer } from '../support/deployment/vector-server.ts';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { startProduct, type Product } from '../support/product.ts';
import { describeWhen } from '../support/when.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Ships" }) { knowledgeBase { id } } }';
const SEARCH = `query ($input: SearchKnowledgeInput!) {
  searchKnowledge(input: $input) { keywordRank keywordScore vectorRank vectorScore passage { document { name } } } }`;
const REINDEX = 'mutation { reindexKnowledge { vectorIndex { id } } }';
const INDEXES = '{ vectorIndexes { id state } }';
const DELETE = 'mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }';

interface Hit {
  keywordRank: number | null;
  keywordScore: number | null;
  vectorRank: number | null;
  vectorScore: number | null;
  passage: { document: { name: string } };
}

// The words are removed from the database, so only the index can find a passage by its words.
describeWhen(missingPostgres(), 'a vector index on a separate server', () => {
  let postgres: Postgres;
  let vectors: VectorServer;
  let product: Product;
  let database: string;
  let admin: Person;
  let base: string;

  beforeAll(async () => {
    [postgres, vectors] = await Promise.all([startPostgres(), startVectorServer()]);
    const url = await postgres.fresh();
    database = new URL(url).pathname.slice(1);
    product = await startProduct({ env: { DATABASE_URL: url, ...vectors.env } });
    admin = await Person.signUp(product);
  }, 120_000);
  afterAll(async () => {
    await product?.stop();
    await Promise.all([postgres?.stop(), vectors?.stop()]);
  });
  beforeEach(async () => {
    base = await newBase();
  });

  const newBase = async (): Promise<string> => (await admin.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
  const add = (name: string, content: string, knowledgeBaseId = base) =>
    addDocument(admin, knowledgeBaseId, { name, mediaType: 'text/plain', content });
  const search = async (query: string, mode = 'HYBRID', knowledgeBaseIds = [base]): Promise<Hit[]> =>
    (await admin.ask(SEARCH, { input: { query, mode, knowledgeBaseIds } })).searchKnowledge;
  const byWords = (hits: Hit[]) => hits.filter(({ keywordRank }) => keywordRank !== null).map(({ passage }) => passage.document.name);
  const takeWords = () => postgres.ask(database, "update knowledge.passage set words = ''");
  /** Records for all documents whether the index has their words. */
  const setWords = (are: boolean) => postgres.ask(database, `update knowledge.vector_index_document set words = ${are}`);
  /** Shifts all timestamps into the past by this time. */
  const age = async (span = '1 hour') => {
    await postgres.ask(database, `update knowledge.document set updated_at = updated_at - interval '${span}'`);
    await postgres.ask(database, `update knowledge.vector_index set finished_at = finished_at - interval '${span}'`);
  };

  it('returns the same passages by words and by vectors as the database', async () => {
    await add('boats.txt', 'A ketch is a boat with two masts, and a yawl is one, too.');
    await add('planes.txt', 'A biplane has two wings, one above the other.');
    await add('trains.txt', 'A locomotive draws the carriages of a train.');
    await setWords(false);
    const fromDatabase = await search('ketch with two masts');
    await setWords(true);
    await age();
    const fromIndex = await search('ketch with two masts');
    const shape = (hits: Hit[]) => hits.map(({ passage, keywordRank, vectorRank }) => [passage.document.name, keywordRank, vectorRank]);
    expect(shape(fromIndex)).toEqual(shape(fromDatabase));
    await takeWords();
    expect(byWords(await search('ketch with two masts', 'KEYWORD'))).toEqual([]);
    expect(await search('ketch with two masts')).toEqual(fromIndex);
    expect(byWords(await search('東京'))).toEqual([]);
  });

  it('is queried for words only after it is complete', async () => {
    await add('boats.txt', 'A ketch is a boat with two masts.');
    await takeWords();
    const isLate = vectors.setting === 'WEAVIATE_URL';
    expect(byWords(await search('ketch'))).toEqual(isLate ? [] : ['boats.txt']);
    await age();
    expect(byWords(await search('ketch'))).toEqual(['boats.txt']);
    await setWords(false);
    expect(byWords(await search('ketch'))).toEqual([]);
    const { reindexKnowledge } = await admin.ask(REINDEX);
    await eventually(
      async () => (await admin.ask(INDEXES)).vectorIndexes as { id: string; state: string }[],
      (all) => all.some(({ id, state }) => id === reindexKnowledge.vectorIndex.id && state === 'ACTIVE'),
      60_000,
    );
    await age();
    expect(byWords(await search('ketch'))).toEqual(['boats.txt']);
  }, 60_000);

  it('removes the words of a deleted document, and returns no words of another knowledge base', async () => {
    const { id } = await add('boats.txt', 'A ketch is a boat with two masts.');
    await add('ships.txt', 'A ketch is smaller than a ship.');
    const other = await newBase();
    await add('secret.txt', 'The ketch of the harbour master.', other);
    await age();
    await takeWords();
    expect(byWords(await search('ketch')).toSorted()).toEqual(['boats.txt', 'ships.txt']);
    await admin.ask(DELETE, { id });
    expect(byWords(await search('ketch'))).toEqual(['ships.txt']);
    // Across several knowledge bases, the database ranks the words.
    expect(byWords(await search('ketch', 'HYBRID', [base, other]))).toEqual([]);
  });

  it('is replaced by the database while its server is unavailable', async () => {
    await add('boats.txt', 'A ketch is a boat with two masts.');
    await age();
    await vectors.kill();
    try {
      const hits = await search('ketch');
      expect(byWords(hits)).toEqual(['boats.txt']);
      expect(hits[0]!.vectorRank).toBeNull();
    } finally {
      await vectors.start();
    }
    const again = () => search('ketch');
    await eventually(again, ([hit]) => hit?.vectorRank === 1, 30_000);
  }, 60_000);
});
