import type { Browser } from 'playwright-core';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { openBrowser, openContext, waitUntilIdle } from '../web/browser.ts';

// Measures the first visit on a slow line and a slow machine: 1.6 Mbit/s with 150 ms of latency and a CPU four times slower, as in
// Lighthouse, with an empty cache. Argument: the number of runs of each page, 5 by default.

const LINE = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
const SLOWDOWN = 4;
const BARS = { firstPaintMs: 1500, largestPaintMs: 3000 };

interface FirstVisit {
  firstPaintMs: number;
  largestPaintMs: number;
  largest: string;
  requests: number;
  kilobytes: number;
}

interface Place {
  name: string;
  path: string;
  person: Person | null;
}

const OBSERVE = `globalThis.largest = { at: 0, what: '' };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) globalThis.largest = { at: entry.startTime, what: entry.element?.textContent?.trim().slice(0, 40) ?? '' };
}).observe({ type: 'largest-contentful-paint', buffered: true });`;

const READ = `({ first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime, largest: globalThis.largest })`;

async function visit(browser: Browser, product: Product, { path, person }: Place): Promise<FirstVisit> {
  const context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person });
  await context.addInitScript(OBSERVE);
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  const traffic = { requests: 0, bytes: 0 };
  cdp.on('Network.requestWillBeSent', () => traffic.requests++);
  cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (traffic.bytes += encodedDataLength));
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', LINE);
  await cdp.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  await page.goto(path, { waitUntil: 'networkidle' });
  await waitUntilIdle(page);
  const { first, largest } = (await page.evaluate(READ)) as { first: number; largest: { at: number; what: string } };
  await context.close();
  return {
    firstPaintMs: first,
    largestPaintMs: largest.at,
    largest: largest.what,
    requests: traffic.requests,
    kilobytes: traffic.bytes / 1000,
  };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

function range(values: number[]): string {
  return `${median(values).toFixed(0)} (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`;
}

async function prepare(ada: Person): Promise<string> {
  let last = '';
  for (const question of [
    'What does a harbour need?',
    'Who pays for the berth?',
    'Tell me of the harbour master and all that she writes down',
  ]) {
    const { conversationId } = await ada.startConversation();
    await ada.follow((await ada.send(conversationId, question)).runId);
    last = conversationId;
  }
  return last;
}

const runs = Number(process.argv[2] ?? 5);
const product = await startProduct();
const ada = await Person.signUp(product, 'Ada Lovelace');
const conversationId = await prepare(ada);
const places: Place[] = [
  { name: 'sign-in', path: '/sign-in', person: null },
  { name: 'home', path: '/', person: ada },
  { name: 'conversation', path: `/c/${conversationId}`, person: ada },
];
try {
  for (const place of places) {
    const visits: FirstVisit[] = [];
    // Opens a new browser each time, so that the HTTP cache and the compiled code are empty.
    for (let run = 0; run < runs; run++) {
      const browser = await openBrowser();
      visits.push(await visit(browser, product, place));
      await browser.close();
    }
    const first = visits.map(({ firstPaintMs }) => firstPaintMs);
    const largest = visits.map(({ largestPaintMs }) => largestPaintMs);
    const requests = visits.map((each) => each.requests);
    const kilobytes = visits.map((each) => each.kilobytes);
    process.stdout.write(
      `${place.name.padEnd(12)} first paint ${range(first)} ms, largest ${range(largest)} ms ("${visits[0]?.largest ?? ''}"), ${range(requests)} requests, ${range(kilobytes)} kB\n`,
    );
    if (median(first) > BARS.firstPaintMs || median(largest) > BARS.largestPaintMs) process.exitCode = 1;
  }
} finally {
  await product.stop();
}
