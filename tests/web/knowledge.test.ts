import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { addDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { findProgram } from '../support/program.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';
import { describeWhen } from '../support/when.ts';
import { collectConsoleErrors, openBrowser, openContext } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const CREATE = 'mutation ($name: String!) { createKnowledgeBase(input: { name: $name }) { knowledgeBase { id } } }';

describeWhen(chromium.missing, 'a knowledge base', () => {
  let product: SharedProduct;
  let ada: Person;
  let browser: Browser;
  let page: Page;
  let consoleErrors: string[];
  let id: string;

  beforeAll(async () => {
    product = await sharedProduct();
    ada = await Person.signUp(product, 'Ada Lovelace');
    browser = await openBrowser();
    page = await (await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada })).newPage();
    consoleErrors = collectConsoleErrors(page);
    id = (await ada.ask(CREATE, { name: 'Harbour' })).createKnowledgeBase.knowledgeBase.id;
  });
  afterAll(async () => {
    await browser?.close();
    await product?.leave();
  });

  it('shows that topics need documents', async () => {
    await page.goto(`/knowledge/${id}`);
    await page.getByRole('link', { name: 'Topics' }).click();
    await page.getByText('Topics appear when there are documents to read').waitFor();
  });

  it('shows topics without a reload once they are computed, and opens a document from one', async () => {
    await page.goto(`/knowledge/${id}/topics`);
    const add = (name: string, content: string) => addDocument(ada, id, { name, mediaType: 'text/plain', content });
    await add('ketch.txt', 'The ketch carries a mast before the rudder. The mast carries sails.');
    await add('sloop.txt', 'The sloop carries one mast before the rudder. The mast carries sails.');
    await page.reload();
    await page.getByRole('heading', { name: /mast|sails|rudder/i }).waitFor();
    await page.getByRole('link', { name: 'ketch.txt' }).first().click();
    await page.getByRole('region', { name: 'Similar documents' }).getByRole('link', { name: 'sloop.txt' }).click();
    await page.waitForURL(/\?document=/);
    await page.getByRole('region', { name: 'Similar documents' }).getByRole('link', { name: 'ketch.txt' }).waitFor();
  });

  it('shows why similar documents cannot be loaded, and retries', async () => {
    await page.route('**/graphql*', (route) =>
      /SimilarDocuments/.test(route.request().postData() ?? '') ? route.abort() : route.continue(),
    );
    await page.reload();
    const region = page.getByRole('region', { name: 'Similar documents' });
    await region.getByText('Similar documents could not be loaded').waitFor();
    await page.unroute('**/graphql*');
    await region.getByRole('button', { name: 'Try again' }).click();
    await region.getByRole('link', { name: 'ketch.txt' }).waitFor();
  });

  it('causes no browser errors or warnings', () => {
    expect(consoleErrors.filter((line) => !/Failed to load resource|net::ERR_/.test(line))).toEqual([]);
  });
});
