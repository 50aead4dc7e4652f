import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContext } from 'playwright-core';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { openBrowser, openContext, waitUntilIdle } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');

/** Kilobytes (1000 bytes) of gzipped code that a page may load at first. */
const BUDGETS = { signIn: 60, chat: 170, other: 190, css: 20 };
/** Requests and transferred kilobytes of a first visit, including the page and its fonts. */
const TRAFFIC = { signIn: { requests: 16, kilobytes: 130 }, chat: { requests: 26, kilobytes: 270 } };

describeWhen(chromium.missing, 'the first load', () => {
  let product: Product;
  let ada: Person;
  let browser: Browser;

  beforeAll(async () => {
    product = await startProduct();
    ada = await Person.signUp(product);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  async function traffic(path: string, person: Person | null): Promise<{ requests: number; kilobytes: number; asked: string[] }> {
    const context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person });
    const page = await context.newPage();
    const cdp = await context.newCDPSession(page);
    const seen = { requests: 0, kilobytes: 0, asked: [] as string[] };
    page.on('request', (request) => {
      seen.requests++;
      const operation = /"operationName":"(\w+)"/.exec(request.postData() ?? '')?.[1];
      if (operation) seen.asked.push(operation);
    });
    cdp.on('Network.loadingFinished', ({ encodedDataLength }) => (seen.kilobytes += encodedDataLength / 1000));
    await cdp.send('Network.enable');
    await page.goto(path, { waitUntil: 'networkidle' });
    await waitUntilIdle(page);
    await context.close();
    return seen;
  }

  async function weigh(path: string, person: Person | null): Promise<{ js: number; css: number }> {
    const context: BrowserContext = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person });
    const page = await context.newPage();
    const weights = { js: 0, css: 0 };
    const reading: Promise<void>[] = [];
    page.on('response', (response) => {
      const kind = /\.(js|css)$/.exec(new URL(response.url()).pathname)?.[1] as 'js' | 'css' | undefined;
      if (kind) reading.push(response.body().then((body) => void (weights[kind] += gzipSync(body, { level: 9 }).length / 1000)));
    });
    await page.goto(path, { waitUntil: 'networkidle' });
    await waitUntilIdle(page);
    await Promise.all(reading);
    await context.close();
    return weights;
  }

  it('takes at most the script budget for the sign-in page', async () => {
    const { js, css } = await weigh('/sign-in', null);
    expect(js).toBeGreaterThan(0);
    expect(js).toBeLessThanOrEqual(BUDGETS.signIn);
    expect(css).toBeLessThanOrEqual(BUDGETS.css);
  });

  it('takes at most the script budget for a chat', async () => {
    const { conversationId } = await ada.startConversation();
    await ada.follow((await ada.send(conversationId, 'Hello')).runId);
    const { js, css } = await weigh(`/c/${conversationId}`, ada);
    expect(js).toBeGreaterThan(0);
    expect(js).toBeLessThanOrEqual(BUDGETS.chat);
    expect(css).toBeLessThanOrEqual(BUDGETS.css);
  });

  it('takes at most the requests and bytes of its budget for the sign-in page', async () => {
    const { requests, kilobytes } = await traffic('/sign-in', null);
    expect(kilobytes).toBeGreaterThan(0);
    expect(requests).toBeLessThanOrEqual(TRAFFIC.signIn.requests);
    expect(kilobytes).toBeLessThanOrEqual(TRAFFIC.signIn.kilobytes);
  });

  it('takes at most the requests and bytes of its budget for a chat, and sends no request twice', async () => {
    const { conversationId } = await ada.startConversation();
    await ada.follow((await ada.send(conversationId, 'Hello')).runId);
    for (const path of ['/', `/c/${conversationId}`]) {
      const { requests, kilobytes, asked } = await traffic(path, ada);
      expect(asked).toEqual([...new Set(asked)]);
      expect(asked).toContain('Viewer');
      expect(kilobytes).toBeGreaterThan(0);
      expect([path, requests <= TRAFFIC.chat.requests, requests]).toEqual([path, true, requests]);
      expect([path, kilobytes <= TRAFFIC.chat.kilobytes, kilobytes]).toEqual([path, true, kilobytes]);
    }
  });

  it.each(['/', '/sign-in', '/c/any'])('runs for %s only inline scripts whose hash the content security policy names', async (path) => {
    const html = await (await fetch(product.url + path)).text();
    const policy = /http-equiv="content-security-policy" content="([^"]*)"/.exec(html)?.[1];
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script!);
    expect(scripts.length).toBeGreaterThan(1);
    for (const script of scripts) expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  });

  it('requests the viewer and the conversation before the script bundle has loaded', async () => {
    const { conversationId } = await ada.startConversation();
    const context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada });
    const page = await context.newPage();
    // The bundle is blocked, so only the boot script of the page can send the requests.
    await page.route('**/_app/**', (route) => route.abort());
    const asked = ['Viewer', 'Thread'].map((name) =>
      page.waitForRequest((request) => request.postData()?.includes(`"operationName":"${name}"`) ?? false),
    );
    await page.goto(`/c/${conversationId}`);
    expect(await Promise.all(asked)).toHaveLength(2);
    await context.close();
  });

  it('takes at most the script budget for every other page', async () => {
    for (const path of ['/assistants', '/assistants/new', '/knowledge', '/notifications']) {
      expect([path, (await weigh(path, ada)).js <= BUDGETS.other]).toEqual([path, true]);
    }
  });
});
