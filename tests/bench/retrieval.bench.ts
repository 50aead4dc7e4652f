import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { missingWeaviate, startWeaviate } from '../support/weaviate/server.ts';

// Measures how many questions find the passages that answer them, in the real product: the manual of git (Debian's git-doc), asked in
// people's words and not in the manual's. A passage is right when it contains one of the answering sentences. `--misses` names questions
// without a right passage; `--bases 5` spreads the manual over five knowledge bases, all of which are searched; `--weaviate` keeps the
// index there; the words of new passages are still searched in the database.

const CORPUS = '/usr/share/doc/git/html';
const WITHIN = 5;
const UPLOADS_AT_ONCE = 4;
const MODES = ['HYBRID', 'KEYWORD', 'VECTOR'] as const;
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { text document { name } } } }';

interface Question {
  question: string;
  page: string;
  answers: string[];
}

interface Figures {
  recall: number;
  mrr: number;
  medianMs: number;
}

const { values: options } = parseArgs({
  options: {
    misses: { type: 'boolean', default: false },
    bases: { type: 'string', default: '1' },
    weaviate: { type: 'boolean', default: false },
  },
});
const questions = JSON.parse(readFileSync(resolve('tests/bench/retrieval-questions.json'), 'utf8')) as Question[];

const missing = existsSync(CORPUS)
  ? options.weaviate && missingWeaviate
  : `the manual of git is not installed at ${CORPUS}: apt-get install git-doc`;
if (missing) {
  process.stdout.write(`${JSON.stringify({ bench: 'retrieval', skipped: missing })}\n`);
  process.exit(0);
}

const weaviate = options.weaviate ? await startWeaviate() : null;
const { product, reader, knowledgeBaseIds, ingestSeconds } = await openCorpus();
const figures: Record<string, Figures> = {};
for (const mode of MODES) figures[mode] = await measure(mode);
const pages = readdirSync(CORPUS).filter((name) => name.endsWith('.html')).length;
process.stdout.write(
  `${JSON.stringify({ bench: 'retrieval', ...options, pages, questions: questions.length, within: WITHIN, ingestSeconds, ...figures })}\n`,
);
const { HYBRID, KEYWORD, VECTOR } = figures as Record<(typeof MODES)[number], Figures>;
// Hybrid search must not find less than either ranking alone.
if (HYBRID.recall < Math.max(KEYWORD.recall, VECTOR.recall)) process.exitCode = 1;
await product.stop();
await weaviate?.stop();

async function openCorpus(): Promise<{ product: Product; reader: Person; knowledgeBaseIds: string[]; ingestSeconds: number }> {
  const product = await startProduct({ env: weaviate?.env });
  const reader = await Person.signUp(product);
  const knowledgeBaseIds: string[] = [];
  while (knowledgeBaseIds.length < Number(options.bases)) {
    const { createKnowledgeBase } = await reader.ask(
      'mutation { createKnowledgeBase(input: { name: "Manual of git" }) { knowledgeBase { id } } }',
    );
    knowledgeBaseIds.push(createKnowledgeBase.knowledgeBase.id as string);
  }
  const started = performance.now();
  await ingest(reader, knowledgeBaseIds);
  return { product, reader, knowledgeBaseIds, ingestSeconds: Math.round((performance.now() - started) / 1000) };
}

async function ingest(reader: Person, knowledgeBaseIds: string[]): Promise<void> {
  const names = readdirSync(CORPUS).filter((name) => name.endsWith('.html'));
  const work = async () => {
    for (let name = names.pop(); name; name = names.pop()) {
      const document = await addDocument(reader, knowledgeBaseIds[names.length % knowledgeBaseIds.length]!, {
        name,
        mediaType: 'text/html',
        content: readFileSync(join(CORPUS, name)),
      });
      if (document.status !== 'READY') throw new Error(`${name}: ${document.failure}`);
    }
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, work));
}

async function measure(mode: (typeof MODES)[number]): Promise<Figures> {
  const ranks: (number | null)[] = [];
  const times: number[] = [];
  for (const { question, page, answers } of questions) {
    const started = performance.now();
    const { searchKnowledge } = await reader.ask(SEARCH, {
      input: { query: question, knowledgeBaseIds, mode, first: 10 },
    });
    times.push(performance.now() - started);
    const index = (searchKnowledge as { passage: { text: string } }[]).findIndex(({ passage }) => holdsAny(passage.text, answers));
    ranks.push(index < 0 ? null : index + 1);
    if (options.misses && (index < 0 || index >= WITHIN))
      process.stderr.write(`${mode} ${index < 0 ? '-' : index + 1} ${page}: ${question}\n`);
  }
  const mean = (valueOf: (rank: number) => number) =>
    round(ranks.reduce<number>((sum, rank) => sum + (rank ? valueOf(rank) : 0), 0) / ranks.length);
  return {
    recall: mean((rank) => (rank <= WITHIN ? 1 : 0)),
    mrr: mean((rank) => 1 / rank),
    medianMs: Math.round(times.sort((left, right) => left - right)[times.length >> 1]!),
  };
}

function holdsAny(text: string, answers: string[]): boolean {
  const flat = text.replace(/\s+/g, ' ').toLowerCase();
  return answers.some((answer) => flat.includes(answer.toLowerCase()));
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
