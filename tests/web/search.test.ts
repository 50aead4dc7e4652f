import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { lastUserMessage } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { openBrowser, openContext } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const paragraphs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => `Paragraph ${from + at} of a report on harbours, written to fill the page.`).join('\n\n');
const REPORT = `${paragraphs(0, 70)}

In the third phase every order is kept by a **dual**-write, which the keelson verifies.

\`\`\`ts
const harbour = await openHarbour({ quay: 'north', depth: 'twelve fathoms', tides: 'semidiurnal', watch: 'mizzenmast' });
\`\`\`

${paragraphs(70, 140)}`;
const SHORT = 'A bowsprit points ahead.';

/** Returns the highlighted texts, and the position of the first one in the window. */
const MARKED = `(() => {
  const ranges = [...(CSS.highlights.get('found') ?? [])];
  const { top = -1, left = -1, right = -1 } = ranges[0]?.getBoundingClientRect() ?? {};
  return { texts: ranges.map(String), top, left, right };
})()`;
interface Marked {
  texts: string[];
  top: number;
  left: number;
  right: number;
}

describeWhen(chromium.missing, 'opening a search hit in a conversation', () => {
  let model: ModelServer;
  let product: Product;
  let ada: Person;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    model = await startModelServer({
      otherwise: ({ body }) => ({ chunks: [lastUserMessage(body).includes('short') ? SHORT : REPORT] }),
    });
    product = await startProduct({ env: { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' } });
    ada = await Person.signUp(product, 'Ada Lovelace');
    const assistantId = await ada.createAssistant({ name: 'Reader' });
    for (const questions of [['A report on harbours', 'And one more', 'And a third'], ['A short one']]) {
      const { startConversation } = await ada.ask(
        'mutation ($input: StartConversationInput!) { startConversation(input: $input) { conversation { id } } }',
        { input: { assistantId } },
      );
      for (const question of questions) await ada.follow((await ada.send(startConversation.conversation.id, question)).runId);
    }
    browser = await openBrowser();
  });

  beforeEach(async () => {
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

  const marked = () => page.evaluate(MARKED) as Promise<Marked>;
  const isMarked = (text: string) =>
    page.waitForFunction(`[...(CSS.highlights.get('found') ?? [])].some((range) => String(range) === ${JSON.stringify(text)})`);

  async function openHit(query: string, at: number): Promise<void> {
    await page.getByRole('searchbox', { name: 'Search conversations' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type(query);
    await page.locator(`a[href$="&find=${query}"]`).nth(at).click();
    await page.waitForURL(/[?&]message=/);
    await page.locator('.markdown').first().waitFor();
  }

  it('scrolls to its words and highlights them', async () => {
    for (const at of [0, 1, 2]) {
      await openHit('dual-write', at);
      await isMarked('dual');
      const { texts, top } = await marked();
      expect(texts).toEqual(['dual', 'write']);
      expect(top).toBeGreaterThan(100);
      expect(top).toBeLessThan(600);
    }
  });

  it('scrolls to its words in a line of code wider than the page', async () => {
    await page.setViewportSize({ width: 1000, height: 800 });
    await openHit('mizzenmast', 0);
    await isMarked('mizzenmast');
    await page.locator('.hljs-keyword').first().waitFor();
    await isMarked('mizzenmast');
    const { top, left, right } = await marked();
    expect([top > 100, top < 600, left > 272, right < 1000]).toEqual([true, true, true, true]);
  });

  it('keeps the highlight until the reader scrolls on', async () => {
    await openHit('keelson', 1);
    await isMarked('keelson');
    await page.getByText('In the third phase').nth(1).click();
    expect((await marked()).texts).toEqual([]);
    await openHit('keelson', 1);
    await isMarked('keelson');
    await page.mouse.move(800, 400);
    await page.mouse.wheel(0, -3000);
    await page.waitForFunction(`!CSS.highlights.has('found')`);
    await openHit('keelson', 0);
    await isMarked('keelson');
    await page.getByRole('textbox', { name: 'Message', exact: true }).pressSequentially('On');
    expect((await marked()).texts).toEqual([]);
    await openHit('keelson', 0);
    await isMarked('keelson');
    await page.getByRole('link', { name: 'Assistants', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Assistants' }).waitFor();
    expect((await marked()).texts).toEqual([]);
  });

  it('selects the words in a browser without the highlight API', async () => {
    await page.evaluate('delete CSS.highlights');
    await page.evaluate('delete CSS.__proto__.highlights; delete window.Highlight');
    await openHit('keelson', 0);
    await page.waitForFunction(`String(getSelection()) === 'keelson'`);
  });

  it('offers the button to the end, and shows new text only if there is some', async () => {
    const latest = page.getByRole('button', { name: /^Jump to latest/ });
    await openHit('keelson', 0);
    await isMarked('keelson');
    await latest.waitFor();
    await page.locator('.hljs-keyword').first().waitFor();
    expect(await latest.getAttribute('aria-label')).toBeNull();
    await page.reload();
    await latest.waitFor();
    await page.waitForFunction(`document.querySelectorAll('.markdown p').length > 400`);
    expect(await latest.getAttribute('aria-label')).toBeNull();
    const id = new URL(page.url()).pathname.split('/').at(-1)!;
    await ada.send(id, 'A short one, asked from elsewhere');
    await page.getByRole('button', { name: 'Jump to latest, new text' }).click();
    await latest.waitFor({ state: 'detached' });
    await page.getByText(SHORT).filter({ visible: true }).waitFor();
  });

  it('hides the button to the end when the end is visible', async () => {
    await openHit('bowsprit', 0);
    await isMarked('bowsprit');
    expect(await page.getByRole('button', { name: /^Jump to latest/ }).count()).toBe(0);
  });
});
