import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../support/free-port.ts';
import { answering } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { openBrowser } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const HOST = 'parley.test';
const HOSTILE = [
  '> '.repeat(2500),
  '- '.repeat(3000),
  '*a_'.repeat(13_000),
  '$$\\rule{10000000em}{10000000em}$$',
  `$$${'{'.repeat(900)}x${'}'.repeat(900)}$$`,
  '```js\nx\n```\n\n'.repeat(1500),
  `${'|a'.repeat(3000)}\n${'|-'.repeat(3000)}\n${'|1'.repeat(3000)}`,
];
const RICH =
  'A quote of **「重要」**です, $x_1$ and 5~10.\n\n```ts\nlet a;\n```\n\n```ts\nlet b;\n```\n\n| one | two | three | four | five | six |\n|---|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 | 6 |\n';

describeWhen(chromium.missing, 'the web client over plain HTTP on a host name that is not localhost', () => {
  let model: ModelServer;
  let product: Product;
  let address: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let ada: Person;

  beforeAll(async () => {
    model = await startModelServer({ otherwise: { text: 'Short and **sure**.\n\n```ts\nlet a = 1;\n```' } });
    const port = await freePort();
    address = `http://${HOST}:${port}`;
    product = await startProduct({
      env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted', PORT: String(port), PUBLIC_URL: address },
    });
    browser = await openBrowser([`--host-resolver-rules=MAP ${HOST} 127.0.0.1`]);
    ada = await Person.signUp(product, 'Ada Lovelace');
    for (const name of ['Twin', 'Twin']) await ada.createAssistant({ name });
  });

  beforeEach(async () => {
    model.clear();
    context = await browser.newContext({ baseURL: address, viewport: { width: 1280, height: 800 }, serviceWorkers: 'block' });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
  });

  afterEach(() => context.close());

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await model?.stop();
  });

  const composer = () => page.getByRole('textbox', { name: 'Message', exact: true });

  async function signIn(person: Person): Promise<void> {
    await page.getByLabel('E-mail address').fill(person.email);
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await composer().waitFor();
  }

  async function ask(text: string): Promise<void> {
    await composer().fill(text);
    await composer().press('Enter');
    await page.waitForURL('**/c/*');
    await page.locator('[aria-busy=false] .markdown').last().waitFor({ timeout: 60_000 });
  }

  it('sends and copies a message, and offers two assistants of one name', async () => {
    await page.goto('/sign-in');
    expect(await page.evaluate('[isSecureContext, typeof crypto.randomUUID, typeof navigator.clipboard]')).toEqual([
      false,
      'undefined',
      'undefined',
    ]);
    await signIn(ada);
    await page.getByRole('button', { name: /Twin/ }).click();
    expect(await page.getByRole('menuitemradio', { name: 'Twin' }).count()).toBe(2);
    await page.keyboard.press('Escape');
    await ask('Will it work here?');
    await page.getByRole('button', { name: 'Copy code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    await composer().focus();
    await page.keyboard.press('Control+v');
    expect(await composer().inputValue()).toBe('let a = 1;');
  });

  it('uploads a file', async () => {
    const made = await ada.ask(
      'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }',
      {
        input: { name: 'Papers', description: '' },
      },
    );
    await page.goto('/sign-in');
    await signIn(ada);
    await page.goto(`/knowledge/${made.createKnowledgeBase.knowledgeBase.id}`);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'note.md', mimeType: 'text/markdown', buffer: Buffer.from('# Tides\n\nHigh at noon.') });
    await page
      .getByText(/[1-9]\d* passage/)
      .first()
      .waitFor();
  });

  it('restores a message interrupted by the end of the session after sign-in, for its author only', async () => {
    await page.goto('/sign-in');
    await signIn(ada);
    await context.clearCookies();
    await composer().fill('text that must not be lost');
    await composer().press('Enter');
    await page.waitForURL('**/sign-in*');
    await signIn(ada);
    expect(await composer().inputValue()).toBe('text that must not be lost');
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in*');
    expect(
      await page.evaluate('Object.entries(localStorage).filter(([key, value]) => key.includes("draft") || value.includes("lost"))'),
    ).toEqual([]);
    const grace = await Person.signUp(product, 'Grace Hopper');
    await grace.createAssistant({ name: 'Helper' });
    await signIn(grace);
    expect(await composer().inputValue()).toBe('');
  });

  it('shows hostile answers and keeps the conversation usable', async () => {
    await page.goto('/sign-in');
    await signIn(ada);
    for (const [at, text] of HOSTILE.entries()) {
      model.reply(answering({ chunks: [text.slice(0, text.length / 2), text.slice(text.length / 2)] }));
      await page.goto('/');
      await ask(`Harm ${at}`);
      await page.reload();
      await page.locator('.markdown').first().waitFor();
      await composer().fill('still usable');
      await composer().fill('');
      expect(await page.getByText('The page could not be loaded').count()).toBe(0);
      const height = await page.evaluate('document.documentElement.scrollHeight');
      expect([at, Number(height) < 1_000_000]).toEqual([at, true]);
    }
  }, 480_000);

  it('scrolls a wide table horizontally on a narrow screen, and names no group as a landmark', async () => {
    model.reply(answering({ text: RICH }));
    await page.goto('/sign-in');
    await signIn(ada);
    await ask('Something rich');
    await page.setViewportSize({ width: 320, height: 700 });
    await page.locator('.md-table').waitFor();
    await page.locator('.katex').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(await page.evaluate('(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)(document.querySelector(".md-table"))')).toBe(
      true,
    );
    expect(await page.locator('.markdown [role=region]').count()).toBe(0);
    expect(await page.locator('.markdown strong').innerText()).toBe('「重要」');
  });
});
