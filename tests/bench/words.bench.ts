import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startPostgres } from '../support/postgres.ts';
import { startProduct } from '../support/product.ts';
import { missingWeaviate, startWeaviate } from '../support/weaviate/server.ts';
import { quantile } from './clock-model.ts';

// Measures the duration of a search in one large knowledge base: words in the database and vectors in Weaviate, or both in Weaviate, in
// turns on the same passages. The manual of git (Debian's git-doc) is repeated up to the number of passages in the argument. Vectors have
// only eight numbers, since they are not measured.

const CORPUS = '/usr/share/doc/git/html';
const PASSAGES = Number(process.argv[2] ?? 50_000);
const QUESTIONS = 40;
/** Longer than Weaviate takes to index words: see `wordsLateMs`. */
const SETTLED_MS = 130_000;
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { id } } }';
const CREATE = 'mutation { createKnowledgeBase(input: { name: "Manual of git" }) { knowledgeBase { id } } }';

const missing = missingWeaviate ?? (existsSync(CORPUS) ? null : `the manual of git is not installed at ${CORPUS}: apt-get install git-doc`);
if (missing) {
  process.stdout.write(`${JSON.stringify({ bench: 'words', skipped: missing })}\n`);
  process.exit(0);
}

const [postgres, weaviate, model] = await Promise.all([startPostgres(), startWeaviate(), startModelServer({ embeddingDimensions: 8 })]);
const url = await postgres.fresh();
const database = new URL(url).pathname.slice(1);
const product = await startProduct({
  env: { DATABASE_URL: url, OPENAI_BASE_URL: model.url, OPENAI_API_KEY: 'k', EMBEDDING_MODEL: 'eight', ...weaviate.env },
});
const admin = await Person.signUp(product);
const knowledgeBaseId: string = (await admin.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
const passages = await fill();

const questions = (JSON.parse(readFileSync(resolve('tests/bench/retrieval-questions.json'), 'utf8')) as { question: string }[]).slice(
  0,
  QUESTIONS,
);
const times = { database: [] as number[], weaviate: [] as number[] };
for (const { question } of questions) {
  for (const way of ['database', 'weaviate'] as const) {
    await postgres.ask(database, `update knowledge.vector_index_document set words = ${way === 'weaviate'}`);
    await ask(question);
    const started = performance.now();
    await ask(question);
    times[way].push(performance.now() - started);
  }
}
const figures = Object.entries(times).map(([way, all]) => [
  way,
  { medianMs: round(quantile(all, 0.5)), p95Ms: round(quantile(all, 0.95)) },
]);
process.stdout.write(
  `${JSON.stringify({ bench: 'words', passages, ...Object.fromEntries(figures), ratio: round(quantile(times.database, 0.5) / quantile(times.weaviate, 0.5)) })}\n`,
);
await product.stop();
await Promise.all([postgres.stop(), weaviate.stop(), model.stop()]);

async function ask(query: string): Promise<void> {
  await admin.ask(SEARCH, { input: { query, knowledgeBaseIds: [knowledgeBaseId] } });
}

/** Ingests the manual, then copies its documents, and indexes all of them. */
async function fill(): Promise<number> {
  const names = readdirSync(CORPUS).filter((name) => name.endsWith('.html'));
  for (const name of names)
    await addDocument(admin, knowledgeBaseId, { name, mediaType: 'text/html', content: readFileSync(join(CORPUS, name)) });
  const count = async () => (await postgres.ask<{ count: number }>(database, 'select count(*)::int as count from knowledge.passage')).count;
  await postgres.ask(
    database,
    `with copy as (
       select id as old, gen_random_uuid() as new from knowledge.document, generate_series(2, ${Math.ceil(PASSAGES / (await count()))})
     ), documents as (
       insert into knowledge.document select (jsonb_populate_record(d, jsonb_build_object('id', new))).*
       from knowledge.document d join copy on old = id
     )
     insert into knowledge.passage
       select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(), 'document_id', new))).*
       from knowledge.passage p join copy on old = document_id`,
  );
  await postgres.ask(database, 'vacuum analyze knowledge.passage');
  await admin.ask('mutation { reindexKnowledge { vectorIndex { id } } }');
  await eventually(
    async () => (await admin.ask('{ vectorIndexes(first: 1) { state } }')).vectorIndexes[0].state as string,
    (state) => state === 'ACTIVE',
    3_600_000,
  );
  await pause(SETTLED_MS);
  return count();
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
