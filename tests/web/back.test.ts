import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { addDocument } from '../support/documents.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { collectConsoleErrors, openBrowser, openContext } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const CREATE_BASE = 'mutation ($name: String!) { createKnowledgeBase(input: { name: $name }) { knowledgeBase { id } } }';
const START = 'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }';
const ANSWER = `The ketch carries a mast before the rudder [1].\n\n${Array.from({ length: 60 }, (_, at) => `Paragraph ${at} on ketches.`).join('\n\n')}`;
const ENTRY = 'navigation.currentEntry.index';

describeWhen(chromium.missing, 'the Back button', () => {
  let model: ModelServer;
  let product: Product;
  let ada: Person;
  let baseId: string;
  let conversationId: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let consoleErrors: string[];

  beforeAll(async () => {
    model = await startModelServer({ otherwise: { chunks: [ANSWER] } });
    product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' } });
    ada = await Person.signUp(product, 'Ada Lovelace');
    baseId = (await ada.ask(CREATE_BASE, { name: 'Harbour' })).createKnowledgeBase.knowledgeBase.id;
    await addDocument(ada, baseId, { name: 'ketch.txt', mediaType: 'text/plain', content: 'The ketch carries a mast before the rudder.' });
    const assistantId = await ada.createAssistant({ name: 'Reader', knowledgeBaseIds: [baseId] });
    conversationId = (await ada.ask(START, { input: { assistantId } })).startConversation.conversation.id;
    for (let turn = 1; turn <= 24; turn++) await ada.follow((await ada.send(conversationId, `What is a ketch, ${turn}?`)).runId);
    browser = await openBrowser();
  });

  beforeEach(async () => {
    context = await openContext(browser, { theme: 'light', width: 390 }, { url: product.url, person: ada });
    page = await context.newPage();
    consoleErrors = collectConsoleErrors(page);
    await page.goto('/knowledge');
    await page.getByRole('link', { name: 'Harbour' }).waitFor();
  });

  afterEach(async () => {
    expect(consoleErrors).toEqual([]);
    await context.close();
  });

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await model?.stop();
  });

  const press = (name: string | RegExp) => page.getByRole('button', { name }).first().click();
  const gone = { state: 'detached' } as const;
  const path = () => new URL(page.url()).pathname;
  const drawer = () => page.getByRole('dialog', { name: 'Parley' });

  async function openDrawer(): Promise<void> {
    await press('Open the menu');
    await drawer().waitFor();
  }

  /** Navigates from the open page to another one inside the product. */
  async function goToAssistants(): Promise<void> {
    await openDrawer();
    await page.getByRole('link', { name: 'Assistants', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Assistants' }).waitFor();
    await drawer().waitFor(gone);
  }

  /** Asserts that opening and closing without Back leaves no entry in the history. */
  async function leavesNothing(openAndClose: () => Promise<void>): Promise<void> {
    const before = Number(await page.evaluate(ENTRY));
    await openAndClose();
    await page.waitForFunction(`${ENTRY} === ${before}`);
  }

  it('closes the drawer and stays on the page, then leaves the page', async () => {
    await goToAssistants();
    await openDrawer();
    await page.goBack();
    await drawer().waitFor(gone);
    expect(path()).toBe('/assistants');
    await leavesNothing(async () => {
      await openDrawer();
      await page.keyboard.press('Escape');
      await drawer().waitFor(gone);
    });
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Knowledge' }).waitFor();
    expect(path()).toBe('/knowledge');
  });

  it('leads from search results to the drawer, then to the page, and from an opened message to the previous page', async () => {
    const field = page.getByRole('searchbox', { name: 'Search conversations' });
    const hit = page.locator('a[href*="message="]').first();
    await openDrawer();
    await field.fill('ketches');
    await hit.waitFor();
    await page.goBack();
    await hit.waitFor(gone);
    expect(await field.inputValue()).toBe('');
    await page.goBack();
    await drawer().waitFor(gone);
    expect(path()).toBe('/knowledge');
    await openDrawer();
    await field.fill('ketches');
    await hit.click();
    await page.waitForURL(/message=/);
    await drawer().waitFor(gone);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Knowledge' }).waitFor();
  });

  it('closes a dialog and a confirmation before leaving, and keeps the typed text', async () => {
    await page.getByRole('button', { name: 'New knowledge base' }).click();
    await page.getByRole('dialog', { name: /knowledge base/i }).waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor(gone);
    expect(path()).toBe('/knowledge');
    await goToAssistants();
    await page.getByRole('link', { name: 'New assistant' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Half an assistant');
    await page.goBack();
    await page.getByRole('alertdialog').waitFor();
    await page.waitForFunction(`history.state && location.pathname === '/assistants/new'`);
    await page.goBack();
    await page.getByRole('alertdialog').waitFor(gone);
    expect(path()).toBe('/assistants/new');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Half an assistant');
    await page.goBack();
    await page.getByRole('button', { name: 'Leave without saving' }).click();
    await page.getByRole('heading', { level: 1, name: 'Assistants' }).waitFor();
  });

  it('closes the source beside a chat', async () => {
    await page.goto(`/c/${conversationId}`);
    await press(/^Source /);
    const source = page.getByRole('dialog', { name: 'ketch.txt' });
    await source.locator('mark').waitFor();
    await page.goBack();
    await source.waitFor(gone);
    expect(path()).toBe(`/c/${conversationId}`);
  });

  it('closes a menu, and leaves nothing behind when Escape closes it', async () => {
    await page.getByRole('link', { name: 'Harbour' }).click();
    const menu = page.getByRole('menu', { name: 'More for ketch.txt' });
    const open = async () => {
      await press('More for ketch.txt');
      await menu.waitFor();
    };
    await open();
    await page.goBack();
    await menu.waitFor({ state: 'hidden' });
    expect(path()).toBe(`/knowledge/${baseId}`);
    await leavesNothing(async () => {
      await open();
      await page.keyboard.press('Escape');
      await menu.waitFor({ state: 'hidden' });
    });
  });

  it('closes the source panel of a wide window and keeps the scroll position of the chat', async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`/c/${conversationId}`);
    await press(/^Source /);
    const panel = page.getByRole('complementary', { name: 'ketch.txt' });
    await panel.locator('mark').waitFor();
    await page.mouse.move(500, 500);
    await page.mouse.wheel(0, -3000);
    const shown = await topInSight(page);
    await page.goBack();
    await panel.waitFor(gone);
    expect(path()).toBe(`/c/${conversationId}`);
    await isAgain(page, shown);
  });

  it('closes the document that the address of a knowledge base names', async () => {
    await page.getByRole('link', { name: 'Harbour' }).click();
    await page.getByRole('link', { name: 'ketch.txt' }).click();
    await page.getByRole('dialog', { name: 'ketch.txt' }).waitFor();
    await page.goBack();
    await page.getByRole('dialog').waitFor(gone);
    expect(page.url()).toBe(`${product.url}/knowledge/${baseId}`);
  });

  it('works after a reload with the drawer open', async () => {
    await goToAssistants();
    const before = Number(await page.evaluate(ENTRY));
    await openDrawer();
    await page.waitForFunction(`${ENTRY} === ${before + 1}`);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Assistants' }).waitFor();
    await page.waitForFunction(`${ENTRY} === ${before}`);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Knowledge' }).waitFor();
  });

  it('restores the scroll position of a conversation, as does Forward', async () => {
    await page.goto(`/c/${conversationId}`);
    await page.getByText('Paragraph 59 on ketches.').last().waitFor();
    const left = page.getByText('Paragraph 20 on ketches.').first();
    // Loads earlier messages, which are loaded again on return.
    while ((await page.getByText('What is a ketch, 2?', { exact: true }).count()) === 0) {
      await page.evaluate('scrollTo(0, 0)');
      await page.waitForFunction(`scrollY > 0 || document.body.innerText.includes('What is a ketch, 2?')`);
    }
    await left.scrollIntoViewIfNeeded();
    await page.mouse.move(200, 400);
    await page.mouse.wheel(0, -40);
    const shown = await topInSight(page);
    await goToAssistants();
    await page.goBack();
    await isAgain(page, shown);
    await page.goForward();
    await page.getByRole('heading', { level: 1, name: 'Assistants' }).waitFor();
    await page.goBack();
    await isAgain(page, shown);
    await page.reload();
    await isAgain(page, shown);
  });
});

interface Shown {
  index: number;
  top: number;
}

/** Returns the first paragraph that is completely visible, by its position counted from the end of its conversation. */
const FIRST = `(() => {
  const all = [...document.querySelectorAll('.markdown p')];
  const at = all.findIndex((one) => one.getBoundingClientRect().top > 60);
  return { index: all.length - at, top: Math.round(all[at].getBoundingClientRect().top) };
})()`;

async function topInSight(page: Page): Promise<Shown> {
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  return (await page.evaluate(FIRST)) as Shown;
}

async function isAgain(page: Page, { index, top }: Shown): Promise<void> {
  await page.waitForFunction(
    `(() => { const one = [...document.querySelectorAll('.markdown p')].at(-${index}); return one && Math.abs(one.getBoundingClientRect().top - ${top}) <= 2; })()`,
  );
}
