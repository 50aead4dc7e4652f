import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { addDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { findProgram } from '../support/program.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';
import { describeWhen } from '../support/when.ts';
import { collectConsoleErrors, openBrowser, openContext } from './browser.ts';
import { documentPath } from './fixtures.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const NAMES =
  '{ knowledgeBases(first: 10) { edges { node { name documentCount } } } assistants(first: 10) { edges { node { name version } } } }';

describeWhen(chromium.missing, 'the pages of assistants, knowledge and notifications', () => {
  let product: SharedProduct;
  let ada: Person;
  let browser: Browser;
  let page: Page;
  let consoleErrors: string[];

  beforeAll(async () => {
    product = await sharedProduct();
    ada = await Person.signUp(product, 'Ada Lovelace');
    browser = await openBrowser();
    const context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada });
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    consoleErrors = collectConsoleErrors(page, [/^Failed to load resource/, /net::ERR_/]);
  });

  afterAll(async () => {
    await browser?.close();
    await product?.leave();
  });

  const button = (name: string | RegExp) => page.getByRole('button', { name }).first();

  async function openBase(name: string): Promise<void> {
    await page.goto('/knowledge');
    await page.getByRole('link', { name, exact: true }).click();
    await page.getByRole('button', { name: 'Add documents' }).waitFor();
  }

  it('mark a form field that is missing, and keep the typed text', async () => {
    await page.goto('/assistants/new');
    await page.getByLabel('Instructions').fill('Be brief.');
    await button('Create assistant').click();
    await page.getByText('Enter a name.').waitFor();
    expect(await page.locator('input[name=name]:focus').count()).toBe(1);
    expect(await page.getByLabel('Instructions').inputValue()).toBe('Be brief.');
  });

  it('create an assistant, and say without a model that its answers are quotes', async () => {
    await page.getByText('No language model is connected').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Reader');
    await button('Create assistant').click();
    await page.waitForURL(/assistants\/[0-9a-f-]{36}$/);
    await button('Version 1').waitFor();
  });

  it('ask before changes are lost, and keep them when the person stays', async () => {
    await page.getByLabel('Description').fill('Reads papers.');
    await page.getByRole('link', { name: 'Knowledge', exact: true }).click();
    const dialog = page.getByRole('alertdialog', { name: /Reader/ });
    await dialog.getByRole('button', { name: 'Stay here' }).click();
    expect(await page.getByLabel('Description').inputValue()).toBe('Reads papers.');
  });

  it('save a change as a new version, and restore an older one', async () => {
    await page.getByLabel('Instructions').fill('Be long.');
    await button('Save changes').click();
    await button('Version 2').click();
    await button('Restore version 1').click();
    expect(await page.getByLabel('Instructions').inputValue()).toBe('Be brief.');
    await button('Discard changes').click();
    expect(await page.getByLabel('Instructions').inputValue()).toBe('Be long.');
  });

  it('ask for the allowed pages of an assistant with the page tool, and keep the choice', async () => {
    const choice = page.getByLabel('Web pages it may open');
    expect(await choice.count()).toBe(0);
    await page.getByLabel('Read a web page').check();
    expect(await choice.inputValue()).toBe('NAMED');
    await choice.selectOption('Any public page');
    await page.getByText('can misuse this to disclose a part of your messages').waitFor();
    await button('Save changes').click();
    await button('Version 3').waitFor();
    await page.reload();
    expect(await choice.inputValue()).toBe('ANY');
  });

  it('start a chat from the home page, which says that answers are quotes', async () => {
    await page.goto('/');
    await page.getByText('No language model is connected. Answers are quotes from your documents.').waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('Hello');
    await page.getByRole('textbox', { name: 'Message' }).press('Enter');
    await page.waitForURL('**/c/*');
    await page.getByText(/I have none to quote here/).waitFor();
  });

  it('find an assistant by its name, and offer to clear a search without hits', async () => {
    await page.getByRole('link', { name: 'Assistants', exact: true }).click();
    await page.getByLabel('Search assistants').fill('zebra');
    await page.waitForURL(/q=zebra/);
    await button('Clear the search').click();
    await page.getByRole('link', { name: 'Reader', exact: true }).waitFor();
  });

  it('accept files of several types, and refuse unsupported ones at once', async () => {
    await page.goto('/knowledge');
    await button('New knowledge base').click();
    await page.getByRole('dialog').getByLabel('Name').fill('Papers');
    await page.getByRole('dialog').getByRole('button', { name: 'Create knowledge base' }).click();
    const files = ['test.pdf', 'test.docx', 'random.bin'].map(documentPath);
    await page.locator('input[type=file]').setInputFiles(files);
    await page.getByText('Files of this type cannot be read.').waitFor();
    await button('Remove random.bin from the list').click();
    await page.getByRole('row', { name: /test\.pdf.*Ready/ }).waitFor();
    await page.getByRole('row', { name: /test\.docx.*Ready/ }).waitFor();
  });

  it('show why a document failed', async () => {
    const broken = { name: 'broken.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7\nand nothing more') };
    await page.locator('input[type=file]').setInputFiles(broken);
    await page.getByRole('row', { name: /broken\.pdf.*damaged.*Failed/ }).waitFor();
  });

  it('mark a file that was added twice under another name as a duplicate', async () => {
    const { data } = await product.graph('{ knowledgeBases(first: 1) { edges { node { id } } } }', {}, ada.token);
    const content = readFileSync(documentPath('test.pdf'));
    await addDocument(ada, data.knowledgeBases.edges[0].node.id, { name: 'again.pdf', mediaType: 'application/pdf', content });
    await page.getByRole('row', { name: /again\.pdf.*The same file is here already as test\.pdf/ }).waitFor();
  });

  it('warn before leaving during uploads, and continue uploads when another page is opened', async () => {
    await openBase('Papers');
    await page.route('**/files/upload/**', () => new Promise(() => undefined));
    await page.locator('input[type=file]').setInputFiles(documentPath('test_blog.html'));
    await button('Cancel test_blog.html').waitFor();
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await page.getByLabel('Question').waitFor();
    await page.getByRole('link', { name: 'Assistants', exact: true }).click();
    await page
      .getByRole('alertdialog', { name: /1 file is uploading/ })
      .getByRole('button', { name: 'Leave and stop' })
      .click();
    await page.waitForURL('**/assistants');
    await page.unroute('**/files/upload/**');
  });

  it('retry a failed upload as the same document', async () => {
    await openBase('Papers');
    let broken = 0;
    await page.route('**/files/upload/**', (route) => (broken++ === 0 ? route.abort('connectionreset') : route.continue()));
    await page.locator('input[type=file]').setInputFiles(documentPath('equations.docx'));
    await button('Retry equations.docx').click();
    await page.getByRole('row', { name: /equations\.docx.*Ready/ }).waitFor();
    expect(await page.getByRole('row', { name: /equations\.docx/ }).count()).toBe(1);
    await page.unroute('**/files/upload/**');
  });

  it('show three search modes side by side, and open the document at a passage', async () => {
    await page.getByRole('link', { name: 'Search', exact: true }).click();
    await page.getByLabel('Question').fill('conversable agents');
    await page.getByLabel('Question').press('Enter');
    await page.getByText(/\d+ passages in [\d.]+ m?s/).waitFor();
    await page.getByText('Results are similar in spelling, not in meaning').waitFor();
    await page.getByLabel('Compare').check();
    const ways = page.locator('#content section h2');
    await ways.nth(2).waitFor();
    expect(await ways.count()).toBe(3);
    await page.locator('#content ol h3 a').first().click();
    await page.locator('aside mark').first().waitFor();
  });

  it('keep the search results when the document is closed', async () => {
    await page.getByRole('complementary').getByRole('button', { name: 'Close' }).click();
    await page.waitForURL((url) => !url.searchParams.has('document') && url.searchParams.get('q') === 'conversable agents');
  });

  it('notify about documents that became ready elsewhere, not on the visible page, and do not count read notifications', async () => {
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    await page.goto('/assistants');
    const { data } = await product.graph('{ knowledgeBases(first: 1) { edges { node { id } } } }', {}, ada.token);
    await addDocument(ada, data.knowledgeBases.edges[0].node.id, { name: 'elsewhere.txt', mediaType: 'text/plain', content: 'A tower.' });
    await button('Notifications, 1 unread').click();
    await page.getByRole('dialog', { name: 'Notifications' }).getByText('elsewhere.txt').first().waitFor();
    await button('Mark all as read').click();
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
  });

  it('delete only after a confirmation that names the object', async () => {
    await page.goto('/knowledge');
    await button('More for Papers').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('alertdialog', { name: /Delete “Papers” with \d+ documents\?/ });
    await dialog.getByRole('button', { name: 'Keep it' }).click();
    expect((await ada.ask(NAMES)).knowledgeBases.edges).toHaveLength(1);
    await button('More for Papers').click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await dialog.getByRole('button', { name: 'Delete knowledge base' }).click();
    await page.getByText('A knowledge base is a set of documents').waitFor();
    expect((await ada.ask(NAMES)).knowledgeBases.edges).toHaveLength(0);
  });

  it('offer a link home at an address without a page', async () => {
    await page.goto('/assistant/nothing-here');
    await page.getByText('There is no page at this address').waitFor();
    expect(await page.title()).toBe('Page not found · Parley');
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('navigation', { name: 'Conversations' }).waitFor({ state: 'attached' });
    await page.getByRole('main').getByRole('link', { name: 'Start a new chat' }).click();
    await page.waitForURL(`${product.url}/`);
  });

  it('cause no browser errors or warnings', () => {
    expect(consoleErrors).toEqual([]);
  });
});
