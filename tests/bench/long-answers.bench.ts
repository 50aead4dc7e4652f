import type { Browser, Page } from 'playwright-core';
import { startModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { openBrowser, openContext, waitUntilIdle } from '../web/browser.ts';
import { longAnswer } from './long-answer.ts';

// Measures the frame rate while 100 tokens a second extend a new answer and one of 30 kB, on a CPU four times slower; and the time to open
// a conversation of 100 kB at full speed. Argument: the number of runs, 3 by default.

const SLOWDOWN = 4;
const BARS = { frameMs: 50, openMs: 1000 };
const BEFORE = longAnswer(30_000);
const CHAPTER = longAnswer(25_000);
const TOKENS = longAnswer(6_000).match(/\s*\S{1,5}/g) ?? [];
const TOKEN_MS = 10;
const STORED_ANSWERS = 4;

function lastPart(text: string): string {
  return text.match(/Part \d+:/g)?.at(-1) ?? '';
}

interface Stream {
  ask: string;
  from: string;
}

const STREAMS: Record<string, Stream> = {
  'a new answer': { ask: 'Tell me of the harbour', from: 'Part 1:' },
  'an answer of 30 kB': { ask: 'Go on about the harbour', from: lastPart(BEFORE) },
};

/** Runs in the page: records the time of every frame. */
const RECORD = `globalThis.frames = [];
(function next(at) { frames.push(at); requestAnimationFrame(next); })(performance.now());`;

const GAPS = `frames.slice(1).map((at, i) => at - frames[i])`;

/** `from`: text that must be on the page before frames are counted. */
async function streamed(browser: Browser, product: Product, ada: Person, { ask, from }: Stream): Promise<number[]> {
  const context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada });
  const page = await context.newPage();
  await page.goto('/');
  const cdp = await context.newCDPSession(page);
  await send(page, ask);
  await page.getByText(from).last().waitFor();
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  const id = new URL(page.url()).pathname.split('/').at(-1);
  const { conversation } = await ada.ask('query ($id: ID!) { conversation(id: $id) { activeRun { id } } }', { id });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
  await page.evaluate(RECORD);
  // Follows the run outside the page, since polling in the page would take its time.
  await ada.follow(conversation.activeRun.id);
  const gaps = (await page.evaluate(GAPS)) as number[];
  await context.close();
  return gaps;
}

async function send(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await composer.fill(text);
  await composer.press('Enter');
  await page.waitForURL('**/c/*');
}

/** Returns the time from the click on a conversation in the list until its last answer is rendered. */
async function opened(browser: Browser, product: Product, ada: Person, conversationId: string): Promise<number> {
  const context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada });
  const page = await context.newPage();
  await page.goto('/');
  await waitUntilIdle(page);
  await page.locator(`a[href="/c/${conversationId}"]`).waitFor();
  const ms = await page.evaluate(`(${OPEN})(document.querySelector('a[href="/c/${conversationId}"]'))`);
  await context.close();
  return ms as number;
}

const OPEN = `(row) => new Promise((done) => {
  const began = performance.now();
  row.click();
  (function look() {
    const drawn = [...document.querySelectorAll('#content .markdown')].filter((answer) => answer.textContent.includes('${lastPart(CHAPTER)}'));
    if (drawn.length < ${STORED_ANSWERS}) requestAnimationFrame(look);
    else requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  })();
})`;

function quantile(values: number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;
}

const runs = Number(process.argv[2] ?? 3);
const model = await startModelServer({
  otherwise: ({ body }) => {
    const asked = String((body['messages'] as { content: unknown }[]).at(-1)?.content);
    if (asked.includes('Go on')) return { chunks: [BEFORE, ...TOKENS], delayMs: TOKEN_MS };
    if (asked.includes('harbour')) return { chunks: TOKENS, delayMs: TOKEN_MS };
    return asked.includes('Chapter') ? { chunks: [CHAPTER] } : { text: 'Ready.' };
  },
});
const product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' } });
const ada = await Person.signUp(product, 'Ada Lovelace');
const { conversationId } = await ada.startConversation({ name: 'Reader' });
for (let chapter = 1; chapter <= STORED_ANSWERS; chapter++) await ada.follow((await ada.send(conversationId, `Chapter ${chapter}`)).runId);
const browser = await openBrowser();
try {
  const gaps = new Map(Object.keys(STREAMS).map((name) => [name, [] as number[]]));
  const opens: number[] = [];
  for (let run = 0; run < runs; run++) {
    opens.push(await opened(browser, product, ada, conversationId));
    for (const [name, stream] of Object.entries(STREAMS)) gaps.get(name)!.push(...(await streamed(browser, product, ada, stream)));
  }
  for (const [name, own] of gaps) {
    const [p50, p95, worst] = [quantile(own, 0.5), quantile(own, 0.95), Math.max(...own)];
    process.stdout.write(
      `${name}: ${own.length} frames at ${SLOWDOWN}x, p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, worst ${worst.toFixed(0)} ms\n`,
    );
    if (p95 > BARS.frameMs) process.exitCode = 1;
  }
  const open = quantile(opens, 0.5);
  process.stdout.write(`a conversation of ${(STORED_ANSWERS * CHAPTER.length) / 1000} kB is open after ${open.toFixed(0)} ms\n`);
  if (open > BARS.openMs) process.exitCode = 1;
} finally {
  await browser.close();
  await product.stop();
  await model.stop();
}
