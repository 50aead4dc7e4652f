import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiskFiles } from '../../infra/files/disk.ts';
import { newId } from '../../infra/id.ts';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';

const CREATE = 'mutation { createKnowledgeBase(input: { name: "Long" }) { knowledgeBase { id } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id } uploadUrl } }';
const STATE = 'query ($id: ID!) { document(id: $id) { status passageCount failure } }';
const TEXT = Array.from({ length: 3_000 }, (_, index) => `Sentence number ${index} tells of the harbour, the crane and the ferry.`).join(
  ' ',
);

let dataDir: string;
let product: Product;

beforeEach(async () => {
  dataDir = await keptDataDirectory();
  product = await startProduct({ dataDir });
});
afterEach(async () => {
  await product.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function begin(person: Person): Promise<{ base: string; id: string }> {
  const base = (await person.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
  const { addDocument: added } = await person.ask(ADD, {
    input: { knowledgeBaseId: base, name: 'harbour.txt', mediaType: 'text/plain', sizeBytes: TEXT.length },
  });
  await fetch(added.uploadUrl, { method: 'PUT', body: TEXT });
  return { base, id: added.document.id };
}

/** Reads the database of a product that has stopped. */
async function lookInto(): Promise<{
  passages: { count: number; different: number };
  vectors: number;
  documents: number;
  pages: number;
  ready: number;
}> {
  const engine = await PGlite.create({ dataDir: join(dataDir, 'postgres'), extensions: { vector } });
  const one = async <Row>(sql: string) => (await engine.query<Row>(sql)).rows[0]!;
  const tables = await engine.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'vectors'`,
  );
  let vectors = 0;
  for (const { name } of tables.rows)
    vectors += (await one<{ count: number }>(`select count(*)::int as count from vectors."${name}"`)).count;
  const passages = await one<{ count: number; different: number }>(
    'select count(*)::int as count, count(distinct (document_id, position))::int as different from knowledge.passage',
  );
  const { documents } = await one<{ documents: number }>('select count(*)::int as documents from knowledge.document');
  const { pages } = await one<{ pages: number }>('select count(*)::int as pages from knowledge.document_page');
  const { ready } = await one<{ ready: number }>(
    `select count(*)::int as ready from queue.job where name = 'facts.users' and data->>'name' = 'document.ready'`,
  );
  await engine.close();
  return { passages, vectors, documents, pages, ready };
}

describe('a document whose ingesting process is killed', () => {
  it.each(['EXTRACTING', 'EMBEDDING'])(
    'while %s becomes READY once after the restart, without duplicate passages',
    async (stage) => {
      const ada = await Person.signUp(product);
      const { base, id } = await begin(ada);
      await eventually(
        async () => (await ada.ask(STATE, { id })).document.status as string,
        (status) => status === stage,
      );
      await product.kill();
      product = await startProduct({ dataDir });
      const { document } = await eventually(
        () => product.ask(STATE, { id }, ada.token),
        (data) => ['READY', 'FAILED'].includes(data.document.status),
        60_000,
      );
      expect(document).toMatchObject({ status: 'READY', failure: null });
      const search = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { text } } }';
      const { searchKnowledge } = await product.ask(
        search,
        { input: { query: 'Sentence number 2999', knowledgeBaseIds: [base] } },
        ada.token,
      );
      expect(searchKnowledge[0].passage.text).toContain('number 2999');
      await product.stop();
      const { passages, vectors, pages, ready } = await lookInto();
      expect(passages).toEqual({ count: document.passageCount, different: document.passageCount });
      expect({ vectors, pages, ready }).toEqual({ vectors: document.passageCount, pages: 1, ready: 1 });
    },
    180_000,
  );
});

describe('a deleted document', () => {
  it('leaves no row, vector or file, whether it was being ingested or ready', async () => {
    const ada = await Person.signUp(product);
    const { base, id } = await begin(ada);
    await eventually(
      async () => (await ada.ask(STATE, { id })).document.status as string,
      (status) => status === 'EMBEDDING',
    );
    await ada.ask('mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }', { id });
    await addDocument(ada, base, { name: 'short.txt', mediaType: 'text/plain', content: 'A short text.' });
    await ada.ask('mutation ($id: ID!) { deleteKnowledgeBase(input: { id: $id }) { deletedId } }', { id: base });
    const files = () =>
      readdirSync(join(dataDir, 'files'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        statSync(join(dataDir, 'files', name), { throwIfNoEntry: false })?.isFile(),
      );
    await eventually(
      async () => files(),
      (left) => left.length === 0,
    );
    await product.stop();
    expect(await lookInto()).toMatchObject({ passages: { count: 0 }, vectors: 0, documents: 0, pages: 0 });
  }, 120_000);
});

describe('uploaded bytes of a process that was killed', () => {
  it('are deleted after their upload URL has expired', async () => {
    await product.stop();
    const files = new DiskFiles(join(dataDir, 'files'));
    const old = `staging/${newId()}-01900000${newId().slice(8)}`;
    const young = `staging/${newId()}-${newId()}`;
    for (const key of [old, young]) await files.put(key, Readable.from(['half a document']));
    product = await startProduct({ dataDir });
    await eventually(
      () => Array.fromAsync(files.keys()),
      (keys) => !keys.includes(old),
    );
    expect(await Array.fromAsync(files.keys())).toEqual([young]);
  });
});
