import { afterAll, beforeAll, beforeEach, afterEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { addDocument } from '../support/documents.ts';
import { answering } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { collectConsoleErrors, openBrowser, openContext } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const SENTENCES = Array.from({ length: 400 }, (_, at) => `Sentence ${at + 1} of an answer that takes its time.`);
const LONG = SENTENCES.join('\n\n');
const DISTANCE_TO_END =
  '(({ scrollHeight, clientHeight, scrollTop }) => scrollHeight - clientHeight - scrollTop)(document.scrollingElement)';

describeWhen(chromium.missing, 'the chat page', () => {
  let model: ModelServer;
  let product: Product;
  let ada: Person;
  let assistantId: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    model = await startModelServer({ otherwise: { text: 'Short and **sure**.' } });
    product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' } });
    ada = await Person.signUp(product, 'Ada Lovelace');
    assistantId = await ada.createAssistant({ name: 'Reader' });
    browser = await openBrowser();
  });

  beforeEach(async () => {
    model.clear();
    context = await openContext(browser, { theme: 'light', width: 1440 }, { url: product.url, person: ada });
    page = await context.newPage();
    await page.goto('/');
  });

  afterEach(() => context.close());

  afterAll(async () => {
    await browser?.close();
    await product?.stop();
    await model?.stop();
  });

  const composer = (on = page) => on.getByRole('textbox', { name: 'Message', exact: true });
  const answers = (on = page) => on.locator('.markdown');
  const finished = (on = page) => on.getByRole('button', { name: 'Send message' }).waitFor();

  async function send(text: string): Promise<void> {
    await composer().fill(text);
    await composer().press('Enter');
    await page.waitForURL('**/c/*');
  }

  async function ask(text: string): Promise<void> {
    await send(text);
    await answers().last().waitFor();
    await finished();
  }

  it('shows a message before it is stored, and restores its text if sending fails', async () => {
    await page.route('**/graphql', (route) => (/mutation/.test(route.request().postData() ?? '') ? route.abort() : route.continue()));
    await composer().fill('Is anybody there?');
    await composer().press('Enter');
    await page.getByText('It was not sent; your text is here again.').waitFor();
    expect(await composer().inputValue()).toBe('Is anybody there?');
    await page.unroute('**/graphql');
    await composer().press('Enter');
    await page.waitForURL('**/c/*');
    await page.getByText('Is anybody there?', { exact: true }).first().waitFor();
    await finished();
  });

  it('follows the end of an answer until the reader scrolls up, and returns to it on request', async () => {
    model.reply({ text: LONG, delayMs: 4 });
    await send('A long one');
    await page.getByText(SENTENCES[30]!).waitFor();
    expect(await page.evaluate(DISTANCE_TO_END)).toBeLessThan(2);
    await page.mouse.move(700, 400);
    await page.mouse.wheel(0, -150);
    await page.getByRole('button', { name: /Jump to latest/ }).waitFor();
    const top = await page.evaluate('document.scrollingElement.scrollTop');
    await page.getByText(SENTENCES[60]!).waitFor();
    expect(await page.evaluate('document.scrollingElement.scrollTop')).toBe(top);
    await page.getByRole('button', { name: /Jump to latest/ }).click();
    await page.getByText(SENTENCES[80]!).waitFor();
    expect(await page.evaluate(DISTANCE_TO_END)).toBeLessThan(2);
    await page.keyboard.press('Escape');
    await page.getByText('Stopped.').waitFor();
  });

  it('shows beside a tool call why a page was not opened', async () => {
    const other = await ada.startConversation({ name: 'Fetcher', toolIds: ['fetch_page'] });
    await page.goto(`/c/${other.conversationId}`);
    model.reply({ toolCalls: [{ name: 'fetch_page', arguments: { url: 'https://stranger.example/' } }] });
    await ask('When is high tide?');
    const reason = page.getByText('stranger.example was not named by the person. Nothing was fetched.');
    await reason.waitFor();
    await page.reload();
    await reason.waitFor();
    await ada.ask('mutation ($id: ID!) { deleteAssistant(input: { id: $id }) { deletedId } }', { id: other.assistantId });
  });

  it('numbers the sources of an answer in the order of citation', async () => {
    const made = await ada.ask('mutation { createKnowledgeBase(input: { name: "Harbour" }) { knowledgeBase { id } } }');
    const { id } = made.createKnowledgeBase.knowledgeBase;
    for (const name of ['tides', 'ferries', 'pilots'])
      await addDocument(ada, id, { name: `${name}.md`, mediaType: 'text/markdown', content: `The ${name} of the harbour come at noon.` });
    const { conversationId, assistantId: other } = await ada.startConversation({ name: 'Pilot', knowledgeBaseIds: [id] });
    await page.goto(`/c/${conversationId}`);
    model.reply({ text: 'They come at noon [3]. So do these [1, 3].\n\nThat is all.' });
    await send('What comes to the harbour at noon?');
    await finished();
    const chips = page.locator('.md-chip');
    await page.getByRole('list', { name: 'Sources' }).waitFor();
    expect(await chips.allInnerTexts()).toEqual(['1', '2', '1']);
    expect(await page.getByRole('list', { name: 'Sources' }).getByRole('button').allInnerTexts()).toEqual([
      expect.stringMatching(/^1\s/),
      expect.stringMatching(/^2\s/),
    ]);
    await chips.first().click();
    const first = await page.getByRole('list', { name: 'Sources' }).getByRole('button', { pressed: true }).innerText();
    expect(first).toMatch(/^1\s/);
    await ada.ask('mutation ($id: ID!) { deleteAssistant(input: { id: $id }) { deletedId } }', { id: other });
  });

  it('stops an answer from any tab, keeps its text and shows the stop in all tabs', async () => {
    model.reply({ text: LONG, delayMs: 15 });
    await send('Another long one');
    await page.getByText(SENTENCES[5]!).waitFor();
    const second = await context.newPage();
    await second.goto(page.url());
    await second.getByText(SENTENCES[5]!).waitFor();
    await second.getByRole('button', { name: 'Stop the answer' }).click();
    for (const tab of [page, second]) await tab.getByText('Stopped. The text so far is kept.').waitFor();
    expect(await answers().innerText()).toBe(await answers(second).innerText());
  });

  it('shows a partial table as a table while running, after a stop and after a reload', async () => {
    const cells = () => answers().locator('th').allInnerTexts();
    model.reply(answering({ chunks: ['It is so.\n\n| Area | Bef', 'ore |\n'], fault: 'stall-after-first' }));
    await send('A table');
    await answers().locator('th').nth(1).waitFor();
    await page.getByRole('button', { name: 'Stop the answer' }).click();
    await page.getByText('Stopped. The text so far is kept.').waitFor();
    expect(await cells()).toEqual(['Area', 'Bef']);
    await page.reload();
    await answers().locator('th').nth(1).waitFor();
    expect(await cells()).toEqual(['Area', 'Bef']);
    expect(await answers().innerText()).not.toContain('|');
  });

  it('keeps edited messages and regenerated answers as selectable versions', async () => {
    await ask('First wording');
    await page.getByRole('button', { name: 'Edit message' }).click();
    await page.getByRole('textbox', { name: 'Edit message' }).fill('Second wording');
    await page.keyboard.press('Enter');
    await page.getByText('Second wording', { exact: true }).waitFor();
    await finished();
    await page.getByRole('button', { name: 'Regenerate answer' }).click();
    await page.getByRole('group', { name: 'Versions of this message' }).nth(1).getByText('2/2').waitFor();
    await finished();
    await page.getByRole('button', { name: 'Previous version' }).first().click();
    await page.getByText('First wording', { exact: true }).first().waitFor();
    expect(await page.getByText('Second wording', { exact: true }).count()).toBe(0);
    await page.reload();
    await page.locator('[data-question]').getByText('First wording', { exact: true }).waitFor();
  });

  it('shows why an answer failed, and answers on retry', async () => {
    model.reply({ fault: '401' });
    await send('Will it work?');
    await page.getByText('refused the configured key').waitFor();
    await page.getByRole('button', { name: 'Regenerate answer' }).first().click();
    await page.getByText('Short and sure.').waitFor();
  });

  it('keeps a draft for each conversation', async () => {
    await ask('Something');
    const conversation = page.url();
    await composer().fill('half a thought');
    await page.getByRole('link', { name: 'New chat', exact: true }).click();
    await composer().waitFor();
    expect(await composer().inputValue()).toBe('');
    await page.goto(conversation);
    expect(await composer().inputValue()).toBe('half a thought');
  });

  it('renders no HTML of a model and loads none of its images', async () => {
    const foreign: string[] = [];
    page.on('request', (request) => !request.url().startsWith(product.url) && foreign.push(request.url()));
    model.reply({
      text: 'Look <img src=x onerror="window.caught=1"> ![chart](https://evil.example/x.png) <b onclick="window.caught=1">b</b> [l](javascript:window.caught=1) end.',
    });
    await ask('Draw me something');
    await page.getByText('<img src=x').waitFor();
    expect(await answers().locator('img, b, [onclick], [href^=javascript]').count()).toBe(0);
    expect(await page.evaluate('window.caught')).toBeUndefined();
    expect(foreign).toEqual([]);
  });

  it('lists a new conversation at once, renames it in the list and removes it after deletion', async () => {
    await ask('A conversation to rename');
    const list = page.getByRole('navigation', { name: 'Conversations' });
    await list
      .getByRole('button', { name: /^More about/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    await page.getByRole('textbox', { name: 'New title' }).fill('Renamed');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Renamed' }).waitFor();
    await list.getByRole('button', { name: 'More about Renamed' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete conversation' }).click();
    await page.waitForURL(`${product.url}/`);
    expect(await list.getByText('Renamed').count()).toBe(0);
  });

  it('uses the model chosen in the composer from the next message on', async () => {
    const picker = page.getByRole('button', { name: /^Model:/ });
    const answeredBy = (name: string) => page.getByRole('heading', { level: 2, name: new RegExp(`^Reader\\s*· ${name}$`) });
    await picker.click();
    await page.getByRole('menuitemradio', { name: 'scripted-large' }).click();
    await ask('With the large one');
    await answeredBy('scripted-large').waitFor();
    await picker.click();
    await page.getByRole('menuitemradio', { name: /^scripted\s*Default$/ }).click();
    await composer().fill('With the other one');
    await composer().press('Enter');
    await answeredBy('scripted').waitFor();
    await finished();
    await picker.click();
    await page.getByRole('menuitemradio', { name: 'scripted-large' }).click();
    await composer().fill('With the large one again');
    await composer().press('Enter');
    await answeredBy('scripted-large').nth(1).waitFor();
    await finished();
    await page.reload();
    await page.getByRole('button', { name: /^Model:\s*scripted-large$/ }).waitFor();
    expect(await answeredBy('scripted').count()).toBe(1);
  });

  it('offers two assistants with the same name and starts with the chosen one', async () => {
    const consoleErrors = collectConsoleErrors(page);
    await ada.createAssistant({ name: 'Reader', description: 'The second of its name' });
    await page.goto('/');
    await page.getByText('The second of its name').waitFor();
    await page.getByRole('button', { name: /^Assistant:\s*Reader$/ }).click();
    expect(await page.getByRole('menuitemradio', { name: 'Reader', exact: true }).count()).toBe(2);
    await page.getByRole('menuitemradio', { name: 'Reader', exact: true, checked: false }).click();
    await page.getByText('The second of its name').waitFor({ state: 'detached' });
    await ask('To the first one');
    const { conversation } = await ada.ask('query ($id: ID!) { conversation(id: $id) { assistant { id } } }', {
      id: new URL(page.url()).pathname.split('/').at(-1),
    });
    expect(conversation.assistant.id).toBe(assistantId);
    expect(consoleErrors).toEqual([]);
  });

  it('starts with the assistant named in the address', async () => {
    await ada.createAssistant({ name: 'Another' });
    await page.goto(`/?assistant=${assistantId}`);
    await page.getByRole('button', { name: /^Assistant:\s*Reader$/ }).waitFor();
  });
});
