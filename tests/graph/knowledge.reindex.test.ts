import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Ships" }) { knowledgeBase { id } } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { document { name } } } }';
const REINDEX = 'mutation { reindexKnowledge { vectorIndex { id state } } }';
const INDEXES = '{ vectorIndexes { id model dimensions state failure documentCount indexedCount finishedAt } }';
const DELETE = 'mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }';

let model: ModelServer;
let dataDir: string;
let product: Product;
let admin: { token: string };
let base: string;

const start = async (embeddingModel: string) => {
  product = await startProduct({ dataDir, env: { OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'k', EMBEDDING_MODEL: embeddingModel } });
};
const ask = (query: string, variables = {}) => product.ask(query, variables, admin.token);
const indexes = async (): Promise<any[]> => (await ask(INDEXES)).vectorIndexes;
const add = (name: string, content: string) =>
  addDocument({ ask } as Person, base, { name, mediaType: 'text/plain', content }) as Promise<{ id: string }>;
const found = async (query: string, mode = 'VECTOR'): Promise<string[]> =>
  (await ask(SEARCH, { input: { query, mode, knowledgeBaseIds: [base] } })).searchKnowledge.map((hit: any) => hit.passage.document.name);
const settled = () => eventually(indexes, (all) => all.length > 1 && all[0].state === 'ACTIVE', 60_000);

/** Counts the vectors of each collection after the product has ended. */
async function collections(): Promise<number[]> {
  const engine = await PGlite.create({ dataDir: join(dataDir, 'postgres'), extensions: { vector } });
  const tables = await engine.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'vectors'`,
  );
  const counts: number[] = [];
  for (const { name } of tables.rows)
    counts.push((await engine.query<{ n: number }>(`select count(*)::int as n from vectors."${name}"`)).rows[0]!.n);
  await engine.close();
  return counts;
}

/** Simulates the loss of a vector server that is separate from the database. */
async function loseVectors(): Promise<void> {
  const engine = await PGlite.create({ dataDir: join(dataDir, 'postgres'), extensions: { vector } });
  await engine.exec('drop schema vectors cascade');
  await engine.close();
}

/** Holds the next embedding requests until `release` is called. */
function holdEmbeddings(): { release(): void; waiting(): Promise<unknown> } {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  model.clear();
  model.reply(...Array.from({ length: 20 }, () => ({ for: 'embeddings' as const, until: promise })));
  const waiting = () =>
    eventually(
      async () => model.requests.filter(({ path }) => path.endsWith('/embeddings')).length,
      (count) => count > 0,
    );
  return { release, waiting };
}

beforeEach(async () => {
  model = await startModelServer();
  dataDir = await keptDataDirectory();
  await start('first');
  admin = await Person.signUp(product);
  base = (await ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
});
afterEach(async () => {
  await product.stop();
  await model.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a start after the vectors were lost', () => {
  it('computes them again from the stored texts', async () => {
    await add('boats.txt', 'A ketch is a boat with two masts.');
    await product.stop();
    await loseVectors();
    await start('first');
    const [now, before] = await settled();
    expect(now).toMatchObject({ model: 'first', documentCount: 1, indexedCount: 1, failure: null });
    expect(before).toMatchObject({ model: 'first', state: 'RETIRED' });
    expect(await found('ketch masts')).toEqual(['boats.txt']);
    await product.stop();
    expect(await collections()).toEqual([1]);
    await start('first');
    await add('planes.txt', 'A biplane has two wings.');
    expect((await indexes()).map(({ state }) => state)).toEqual(['ACTIVE', 'RETIRED']);
  }, 120_000);
});

describe('a change of the embedding model', () => {
  it('re-embeds everything after a restart, and keeps no vector of the old model', async () => {
    await add('boats.txt', 'A ketch is a boat with two masts.');
    await add('planes.txt', 'A biplane has two wings.');
    expect((await found('ketch masts'))[0]).toBe('boats.txt');
    await product.stop();
    await start('second');
    const [now, before] = await settled();
    expect(now).toMatchObject({ model: 'second', documentCount: 2, indexedCount: 2, failure: null });
    expect(before).toMatchObject({ model: 'first', state: 'RETIRED' });
    expect((await found('ketch masts'))[0]).toBe('boats.txt');
    expect((await found('biplane wings'))[0]).toBe('planes.txt');
    await add('trains.txt', 'A locomotive draws the carriages.');
    expect((await found('locomotive carriages'))[0]).toBe('trains.txt');
    await product.stop();
    expect(await collections()).toEqual([3]);
  }, 120_000);

  it('is detected by a question when the same model returns other vectors', async () => {
    await add('boats.txt', 'A ketch is a boat with two masts.');
    await product.stop();
    await model.stop();
    model = await startModelServer({ embeddingDimensions: 48 });
    await start('first');
    expect(await found('ketch masts')).toEqual([]);
    const [now, before] = await settled();
    expect(now).toMatchObject({ model: 'first', dimensions: 48, indexedCount: 1 });
    expect(before).toMatchObject({ model: 'first', dimensions: 64, state: 'RETIRED' });
    expect(await found('ketch masts')).toEqual(['boats.txt']);
  }, 120_000);

  it('answers by words until it is done, and skips passages that the model refuses', async () => {
    await add('boats.txt', 'A ketch is a boat with two masts.');
    await product.stop();
    model.reply({ for: 'embeddings', fault: '401' });
    await start('second');
    const [failed] = await eventually(indexes, ([first]) => first.state === 'FAILED', 30_000);
    expect(failed).toMatchObject({ model: 'second', failure: expect.any(String) });
    expect(await found('ketch', 'HYBRID')).toEqual(['boats.txt']);
    await ask(REINDEX);
    await settled();
    expect(await found('ketch masts')).toEqual(['boats.txt']);
  }, 120_000);
});

describe('a re-index', () => {
  it('is started by administrators only, and once at a time', async () => {
    const other = await Person.signUp(product);
    expect(await other.refused(REINDEX)).toBe('FORBIDDEN');
    expect(await other.refused(INDEXES)).toBe('FORBIDDEN');
    await add('boats.txt', 'A ketch is a boat with two masts.');
    const held = holdEmbeddings();
    const [one, two] = await Promise.all([ask(REINDEX), ask(REINDEX)]);
    expect(one.reindexKnowledge.vectorIndex).toEqual(two.reindexKnowledge.vectorIndex);
    held.release();
    await settled();
    const { auditLog } = await eventually(
      () => ask('{ auditLog(filter: { action: "vectorIndex.activated" }) { edges { node { targetId } } } }'),
      (data) => data.auditLog.edges.length > 0,
    );
    expect(auditLog.edges[0].node.targetId).toBe(one.reindexKnowledge.vectorIndex.id);
  }, 120_000);

  it('answers from the old index, and includes documents that are added and deleted meanwhile', async () => {
    const gone = await add('gone.txt', 'A sextant measures angles at sea.');
    await add('boats.txt', 'A ketch is a boat with two masts.');
    const held = holdEmbeddings();
    await ask(REINDEX);
    await held.waiting();
    expect((await indexes())[0]).toMatchObject({ state: 'BUILDING', documentCount: 2, indexedCount: 0 });
    await ask(DELETE, { id: gone.id });
    const adding = add('planes.txt', 'A biplane has two wings.');
    held.release();
    await adding;
    const [now] = await settled();
    expect(now).toMatchObject({ documentCount: 2, indexedCount: 2 });
    expect((await found('biplane wings'))[0]).toBe('planes.txt');
    expect((await found('ketch masts')).sort()).toEqual(['boats.txt', 'planes.txt']);
    await eventually(indexes, (all) => all.length === 2);
    await product.stop();
    expect(await collections()).toEqual([2]);
  }, 120_000);

  it('continues after kill -9, and holds no passage twice', async () => {
    for (const name of ['one', 'two', 'three', 'four']) await add(`${name}.txt`, `The ${name} lighthouse stands on an island.`);
    const held = holdEmbeddings();
    await ask(REINDEX);
    await held.waiting();
    await product.kill();
    held.release();
    await start('first');
    const [now, before] = await settled();
    expect(now).toMatchObject({ documentCount: 4, indexedCount: 4 });
    expect(before.state).toBe('RETIRED');
    expect(new Set(await found('lighthouse island'))).toEqual(new Set(['one.txt', 'two.txt', 'three.txt', 'four.txt']));
    await product.stop();
    expect(await collections()).toEqual([4]);
  }, 180_000);
});
