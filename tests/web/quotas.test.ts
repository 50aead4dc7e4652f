import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person, type Started } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { openBrowser, openContext, waitUntilIdle } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';

describeWhen(chromium.missing, 'the quota notes', () => {
  let product: Product;
  let ada: Person;
  let browser: Browser;
  let page: Page;
  let chat: Started;
  let baseId: string;

  beforeAll(async () => {
    product = await startProduct({ env: { QUOTA_MESSAGES_PER_DAY: '5', QUOTA_DOCUMENTS: '5' } });
    ada = await Person.signUp(product, 'Ada Lovelace');
    chat = await ada.startConversation();
    for (const text of ['One', 'Two', 'Three']) await ada.follow((await ada.send(chat.conversationId, text)).runId);
    baseId = (await ada.ask(CREATE_BASE, { input: { name: 'Ships' } })).createKnowledgeBase.knowledgeBase.id;
    browser = await openBrowser();
    page = await (await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada })).newPage();
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
  });

  const composer = () => page.getByRole('textbox', { name: 'Message', exact: true });

  async function send(text: string): Promise<void> {
    await composer().fill(text);
    const sent = page.waitForResponse((response) => response.request().postData()?.includes('mutation SendMessage') ?? false);
    await composer().press('Enter');
    await sent;
    const read = () => ada.ask('query ($id: ID!) { conversation(id: $id) { activeRun { id } } }', { id: chat.conversationId });
    await eventually(read, ({ conversation }) => conversation.activeRun === null);
    await page.getByRole('button', { name: 'Stop the answer' }).waitFor({ state: 'detached' });
  }

  it('are hidden far below the limit', async () => {
    const asked = page.waitForResponse((response) => response.request().postData()?.includes('query ChatQuotas') ?? false);
    await page.goto(`/c/${chat.conversationId}`);
    await asked;
    await waitUntilIdle(page);
    expect(await page.getByText('messages today').count()).toBe(0);
  });

  it('are shown in the composer from four fifths of the quota on, and when it is used up', async () => {
    await send('Four');
    await page.getByText('You have used 4 of 5 messages today. The limit resets at').waitFor();
    await send('Five');
    await page.getByText('You have used 5 of 5 messages today. You can write again at').waitFor();
  });

  it('reject a message with a reason and restore its text', async () => {
    await composer().fill('Six');
    await composer().press('Enter');
    const alert = page.getByRole('alert').filter({ hasText: 'You have sent 5 messages today, which is the daily limit.' });
    await alert.waitFor();
    expect(await composer().inputValue()).toBe('Six');
  });

  it('are shown beside the upload near the limit of documents, updated after each one', async () => {
    for (const name of ['a', 'b', 'c', 'd']) {
      await addDocument(ada, baseId, { name: `${name}.txt`, mediaType: 'text/plain', content: `Ship ${name} lies in the harbour.` });
    }
    await page.goto(`/knowledge/${baseId}`);
    await page.getByText('You have 4 of 5 documents. Delete items that you no longer need.').waitFor();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([file('e')]);
    await page.getByText('You have 5 of 5 documents.').waitFor();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([file('f')]);
    await page.getByText('You have 5 documents, which is the limit. Delete some that you no longer need.').waitFor();
    await page.goto('/knowledge');
    await page.getByText('You have 5 of 5 documents.').waitFor();
  });

  it('are listed on a page with usage and reset time', async () => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.getByRole('menuitem', { name: 'Your limits' }).click();
    await page.waitForURL('**/usage');
    const answers = page.getByRole('region', { name: 'Answers' });
    await answers.getByText('5 of 5').waitFor();
    expect(await answers.getByText('Resets').count()).toBe(2);
    const knowledge = page.getByRole('region', { name: 'Knowledge' });
    await knowledge.getByText('1 of 500').waitFor();
    expect(await knowledge.getByRole('progressbar', { name: 'Documents' }).getAttribute('aria-valuenow')).toBe('100');
  });
});

function file(name: string) {
  return { name: `${name}.txt`, mimeType: 'text/plain', buffer: Buffer.from(`Ship ${name} lies at anchor.`) };
}
