import type { Browser, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { startModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { openBrowser, openContext } from '../web/browser.ts';
import { drawnChunks, TRACED, type DrawnChunk } from './frame-trace.ts';
import { longAnswer } from './long-answer.ts';

// Measures the browser's work while an answer of 30 kB is streamed: the main thread's time for one drawn chunk, from the message on the
// socket to the painted frame, at full speed and on a CPU four times slower.

const BAR_MS = 5;
const ANSWER = longAnswer(30_000);
const DELAY_MS = 3;
const MARK = 'chunk';

async function measure(browser: Browser, product: Product, ada: Person, slowdown: number): Promise<DrawnChunk[]> {
  const context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada });
  await context.addInitScript(ANNOUNCE);
  const page = await context.newPage();
  await page.goto('/');
  const cdp = await context.newCDPSession(page);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await send(page, 'Warm up');
  await page.getByText('Ready.').waitFor();
  await browser.startTracing(page, { categories: TRACED });
  await send(page, 'Tell me of the harbour');
  await answered(page, ada);
  const chunks = drawnChunks(await browser.stopTracing(), MARK);
  await context.close();
  return chunks;
}

/** Runs in the page: writes a mark into the trace at each text delta. */
const ANNOUNCE = `globalThis.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener('message', ({ data }) => String(data).includes('"TextDelta"') && performance.mark('${MARK}'));
  }
};`;

async function send(page: Page, text: string): Promise<void> {
  const composer = page.getByRole('textbox', { name: 'Message', exact: true });
  await composer.fill(text);
  await composer.press('Enter');
  await page.waitForURL('**/c/*');
}

/** Follows the run outside the page, since polling in the page would take its time. */
async function answered(page: Page, ada: Person): Promise<void> {
  const id = new URL(page.url()).pathname.split('/').at(-1);
  const read = () => ada.ask('query ($id: ID!) { conversation(id: $id) { activeRun { id } } }', { id });
  const { conversation } = await eventually(read, ({ conversation }) => conversation.activeRun !== null);
  await ada.follow(conversation.activeRun.id);
  await page.getByRole('button', { name: 'Send message' }).waitFor();
}

function quantile(values: number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? NaN;
}

function row(name: string, values: number[]): string {
  const quarter = Math.floor(values.length / 4);
  const [p50, p95, worst] = [quantile(values, 0.5), quantile(values, 0.95), Math.max(...values)].map((value) => value.toFixed(1));
  const [early, late] = [values.slice(0, quarter), values.slice(-quarter)].map((part) => quantile(part, 0.5).toFixed(1));
  return `${name}  p50 ${p50} ms  p95 ${p95} ms  worst ${worst} ms  (p50 of the first quarter ${early} ms, of the last ${late} ms)\n`;
}

const model = await startModelServer({
  otherwise: ({ body }) => (JSON.stringify(body).includes('harbour') ? { text: ANSWER, delayMs: DELAY_MS } : { text: 'Ready.' }),
});
const product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' } });
const ada = await Person.signUp(product, 'Ada Lovelace');
await ada.createAssistant({ name: 'Reader' });
const browser = await openBrowser();
try {
  for (const slowdown of [1, 4]) {
    const chunks = await measure(browser, product, ada, slowdown);
    process.stdout.write(`${slowdown}x slower CPU, ${chunks.length} drawn chunks of ${ANSWER.length} characters\n`);
    process.stdout.write(
      row(
        '  wall time',
        chunks.map(({ wallMs }) => wallMs),
      ),
    );
    const cpu = chunks.map(({ cpuMs }) => cpuMs);
    process.stdout.write(row('  CPU time ', cpu));
    if (slowdown === 1 && quantile(cpu, 0.95) > BAR_MS) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await product.stop();
  await model.stop();
}
