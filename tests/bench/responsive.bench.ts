import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { startProduct } from '../support/product.ts';
import { quantile, startClockModel } from './clock-model.ts';

// Measures how late the embedded product answers while it ingests files of 5 MB: the delay of its event loop, health checks every few
// milliseconds, tokens of an answer, and searches. Each phase has a line of its own.

const MEGABYTES = Number(process.argv[2] ?? 5);
const BAR_MS = 100;
const QUIET_MS = 10_000;
const TOPICS_MS = 15_000;
const CREATE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { id } } }';
const TOPICS = 'query ($id: ID!) { knowledgeBase(id: $id) { topicsAreStale topics { id } } }';

const WORDS = 'river stone market engine letter garden window silver carbon planet thunder velvet anchor bridge candle desert'.split(' ');
let state = 7;
const random = (below: number) => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % below;
const word = () => `${WORDS[random(WORDS.length)]}${random(3) ? '' : random(5_000)}`;
const sentence = () => `${Array.from({ length: 8 + random(12) }, word).join(' ')}.`;

function filled(line: () => string): string {
  const lines: string[] = [];
  for (let length = 0; length < MEGABYTES * 1024 * 1024; length += lines.at(-1)!.length + 1) lines.push(line());
  return lines.join('\n');
}

const FILES = [
  { name: 'wide.csv', mediaType: 'text/csv', content: `a,b,c\n${','.repeat(MEGABYTES * 1024 * 1024)}\n1,2,3` },
  { name: 'rows.csv', mediaType: 'text/csv', content: filled(() => [random(1e9), word(), word(), `"${sentence()}"`].join(',')) },
  { name: 'book.txt', mediaType: 'text/plain', content: filled(() => `${Array.from({ length: 1 + random(6) }, sentence).join(' ')}\n`) },
];

const model = await startClockModel({ tokens: 500, gapMs: 40 });
const dataDir = mkdtempSync(join(tmpdir(), 'parley-bench-'));
const product = await startProduct({
  dataDir,
  preload: 'dist/tests/bench/loop-delay.js',
  env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'clock', MAX_UPLOAD_MB: '50', PROVIDER_IDLE_MS: '600000' },
});
const residentMb = () => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${product.pid}/status`, 'utf8'))?.[1]) / 1024);
const ada = await Person.signUp(product);
const { createKnowledgeBase } = await ada.ask(CREATE, { input: { name: 'Files' } });
const id = createKnowledgeBase.knowledgeBase.id as string;
const { conversationId } = await ada.startConversation();

const tokens: number[] = [];
const searches: number[] = [];
const answers: number[] = [];
let isOver = false;
const work = [readTokens(), search(), askHealth()];
let worst = 0;

await phase('nothing else', () => pause(QUIET_MS));
for (const file of FILES) await phase(file.name, () => index(file));
await phase('topics', async () => {
  await pause(TOPICS_MS);
  await eventually(
    async () => (await ada.ask(TOPICS, { id })).knowledgeBase.topicsAreStale,
    (stale) => !stale,
    120_000,
  );
});
isOver = true;
model.finish();
await Promise.all(work);
await product.stop();
model.stop();
rmSync(dataDir, { recursive: true, force: true });
if (worst > BAR_MS) process.exitCode = 1;

async function index(file: (typeof FILES)[number]): Promise<string> {
  const document = await addDocument(ada, id, file, 900_000);
  return `${document.status}, ${document.passageCount} passages`;
}

async function phase(name: string, body: () => Promise<unknown>): Promise<void> {
  await loopDelay();
  for (const list of [tokens, searches, answers]) list.length = 0;
  const began = performance.now();
  const said = await body();
  const seconds = (performance.now() - began) / 1000;
  const loop = await loopDelay();
  worst = Math.max(worst, loop.p99);
  const row = (values: number[]) => [0.5, 0.99, 1].map((share) => Math.round(share === 1 ? Math.max(...values) : quantile(values, share)));
  process.stdout.write(
    `${JSON.stringify({
      phase: name,
      ...(typeof said === 'string' ? { said } : {}),
      seconds: Math.round(seconds),
      loopMs: [loop.p50, loop.p99, loop.max].map(Math.round),
      healthMs: row(answers),
      tokenAgeMs: row(tokens),
      searchMs: row(searches),
      residentMb: residentMb(),
    })}\n`,
  );
}

async function loopDelay(): Promise<{ p50: number; p99: number; max: number }> {
  const lines = () => product.logs.filter(({ msg }) => msg === 'loop delay');
  const before = lines().length;
  product.child.kill('SIGUSR2');
  await eventually(
    async () => lines().length,
    (count) => count > before,
    120_000,
  );
  return lines().at(-1) as any;
}

async function readTokens(): Promise<void> {
  const query = 'subscription ($runId: ID!) { runEvents(runId: $runId) { ... on TextDelta { text } } }';
  const socket = product.socket(ada.token);
  while (!isOver) {
    const { runId } = await ada.send(conversationId, 'Go');
    for await (const { data } of socket.iterate<any>({ query, variables: { runId } })) {
      for (const token of (data?.runEvents.text ?? '').trim().split(' ').filter(Boolean)) tokens.push(performance.now() - Number(token));
    }
  }
}

async function search(): Promise<void> {
  while (!isOver) {
    const began = performance.now();
    await ada.ask(SEARCH, { input: { knowledgeBaseIds: [id], query: `${word()} ${word()}`, mode: 'HYBRID' } });
    searches.push(performance.now() - began);
    await pause(500);
  }
}

async function askHealth(): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  while (!isOver) {
    const began = performance.now();
    await new Promise<void>((resolve, reject) =>
      get(`${product.url}/health/live`, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject),
    );
    answers.push(performance.now() - began);
    await pause(10);
  }
  agent.destroy();
}
