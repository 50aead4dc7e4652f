import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { listenForNoise, openBrowser } from './camera.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const ANSWER = `Conversable agents pass messages to each other [1]. ${'They take turns until the task is done. '.repeat(10)}That is all.`;

describeWhen(chromium.missing, 'a newcomer', () => {
  let model: ModelServer;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let noise: string[];

  beforeAll(async () => {
    model = await startModelServer({ otherwise: { text: ANSWER, delayMs: 60 } });
    product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' } });
    browser = await openBrowser();
    context = await browser.newContext({ baseURL: product.url, viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    noise = listenForNoise(page);
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await model?.stop();
  });

  it('opens the one address, and has an account a minute later', async () => {
    await page.goto('/');
    await page.waitForURL('**/sign-in*');
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.locator('input[name=password]').fill('a long enough password');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('link', { name: 'New chat' }).first().waitFor();
  });

  it('adds a real PDF and sees it become ready', async () => {
    await page.getByRole('link', { name: 'Knowledge', exact: true }).click();
    await page.getByRole('button', { name: 'Create knowledge base' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill('Papers');
    await page.getByRole('dialog').getByRole('button', { name: 'Create knowledge base' }).click();
    await page.waitForURL('**/knowledge/*');
    await page.locator('input[type=file]').setInputFiles(resolve('tests/documents/test.pdf'));
    await page
      .getByText(/[1-9]\d* passages/)
      .first()
      .waitFor({ timeout: 60_000 });
  });

  it('makes an assistant that knows it', async () => {
    await page.goto('/assistants/new');
    await page.getByLabel('Name', { exact: true }).fill('Reader');
    await page.getByLabel('Instructions').fill('Answer from the papers.');
    await page.getByLabel('Papers').check();
    await page.getByRole('button', { name: 'Create assistant' }).click();
    await page.waitForURL(/assistants\/[0-9a-f-]{36}/);
    await page.getByRole('link', { name: 'Start chat' }).first().click();
    await page.waitForURL('**/?assistant=*');
  });

  it('asks, reloads in the middle of the answer, opens a second tab, and loses nothing', async () => {
    await page.getByRole('textbox', { name: 'Message' }).fill('What is a conversable agent?');
    await page.getByRole('textbox', { name: 'Message' }).press('Enter');
    await page.waitForURL('**/c/*');
    await page.getByText('They take turns').first().waitFor();
    await page.reload();
    const second = await context.newPage();
    await second.goto(page.url());
    for (const tab of [page, second]) {
      await tab.getByText('That is all.').first().waitFor();
      const shown = await tab.locator('article, [data-role=assistant], main').last().innerText();
      expect(shown.match(/They take turns until the task is done\./g)).toHaveLength(10);
    }
    await second.close();
  });

  it('follows a citation to the page that it came from', async () => {
    await page
      .getByRole('button', { name: /^Source / })
      .first()
      .click();
    const mark = page.locator('aside mark, dialog mark, mark').first();
    await mark.waitFor();
    expect((await mark.innerText()).length).toBeGreaterThan(3);
  });

  it('finds the conversation again by its words', async () => {
    await page.goto('/');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('conversable');
    await page
      .getByRole('link', { name: /conversable/i })
      .first()
      .click();
    await page.waitForURL('**/c/*');
    await page.getByText('That is all.').first().waitFor();
  });

  it('hears no complaint from the browser', () => {
    expect(noise).toEqual([]);
  });
});
