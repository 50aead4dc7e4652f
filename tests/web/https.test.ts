import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page, Response, WebSocket } from 'playwright-core';
import { Caddy, missingCaddy } from '../support/deployment/caddy.ts';
import { freePort } from '../support/free-port.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { startProduct, type Product } from '../support/product.ts';
import { findProgram } from '../support/program.ts';
import { describeWhen } from '../support/when.ts';
import { collectConsoleErrors, openBrowser } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const ANSWER = `It begins here. ${'They take turns until the task is done. '.repeat(10)}That is all.`;
/** The pause of the model before each token, in milliseconds: slow while a test acts during the answer. */
const PACE = { slow: 150, quick: 20 };

describeWhen(chromium.missing ?? missingCaddy, 'a visitor over HTTPS', () => {
  const answer = { text: ANSWER, delayMs: PACE.slow };
  let caddy: Caddy;
  let model: ModelServer;
  let product: Product;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let consoleErrors: string[];
  const sockets: WebSocket[] = [];

  beforeAll(async () => {
    [caddy, model] = await Promise.all([Caddy.prepare(), startModelServer({ otherwise: answer })]);
    const port = await freePort();
    const env = { PORT: String(port), PUBLIC_URL: caddy.url, TRUSTED_PROXIES: '127.0.0.1', OPENAI_BASE_URL: model.url };
    product = await startProduct({ env });
    await caddy.start([{ port }]);
    browser = await openBrowser(caddy.browserArguments());
    context = await browser.newContext({ baseURL: caddy.url, viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    consoleErrors = collectConsoleErrors(page);
    page.on('websocket', (socket) => sockets.push(socket));
  });
  afterAll(async () => {
    await browser?.close();
    await caddy?.stop();
    await product?.stop();
    await model?.stop();
  });

  it('redirects plain HTTP to HTTPS after the first visit (HSTS)', async () => {
    await page.goto('/');
    await page.waitForURL('**/sign-up');
    // The port answers only TLS, so the request succeeds only if the browser changes it to HTTPS (HSTS).
    await page.goto(`${caddy.url.replace('https', 'http')}/sign-in`);
    expect(new URL(page.url()).origin).toBe(caddy.url);
  });

  it('signs up with session cookies that are HttpOnly, Secure and host-only', async () => {
    await page.getByRole('link', { name: 'Create an account' }).click();
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.locator('input[name=password]').fill('a long enough password');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('link', { name: 'New chat' }).first().waitFor();
    const cookies = await context.cookies();
    expect(cookies.map(({ name }) => name).toSorted()).toEqual(['__Host-parley-access', '__Host-parley-refresh']);
    for (const cookie of cookies)
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/', domain: caddy.host });
  });

  it('streams an answer over a secure WebSocket, and shows all of it after a reload during the answer', async () => {
    sockets.length = 0;
    await page.goto('/assistants/new');
    await page.getByLabel('Name', { exact: true }).fill('Reader');
    await page.getByLabel('Instructions').fill('Be brief.');
    await page.getByRole('button', { name: 'Create assistant' }).click();
    await page.getByRole('link', { name: 'Start a chat' }).first().click();
    await page.getByRole('textbox', { name: 'Message' }).fill('What is a conversable agent?');
    await page.getByRole('textbox', { name: 'Message' }).press('Enter');
    await page.waitForURL('**/c/*');
    await page.getByText('It begins here.').first().waitFor();
    expect(await page.getByText('That is all.').count()).toBe(0);
    await page.reload();
    answer.delayMs = PACE.quick;
    await page.getByText('That is all.').first().waitFor();
    expect(new Set(sockets.map((socket) => socket.url()))).toEqual(new Set([`${caddy.url.replace('https', 'wss')}/graphql`]));
  });

  it('uploads a document and opens it again', async () => {
    await page.getByRole('link', { name: 'Knowledge', exact: true }).click();
    await page.getByRole('button', { name: 'Create knowledge base' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill('Papers');
    await page.getByRole('dialog').getByRole('button', { name: 'Create knowledge base' }).click();
    await page.waitForURL('**/knowledge/*');
    const put = page.waitForResponse((response: Response) => response.request().method() === 'PUT');
    await page.locator('input[type=file]').setInputFiles(resolve('tests/documents/test.pdf'));
    expect((await put).url()).toMatch(`${caddy.url}/files/upload/`);
    expect((await put).status()).toBe(200);
    await page
      .getByText(/[1-9]\d* passages/)
      .first()
      .waitFor({ timeout: 60_000 });
  });

  it('signs out and leaves no cookie or stored data behind', async () => {
    // Sockets may close before the response of sign-out arrives; the client must not refresh its session then.
    const cut = Promise.any(sockets.filter((socket) => !socket.isClosed()).map((socket) => socket.waitForEvent('close')));
    await page.exposeFunction('untilCut', () => cut.then(() => null));
    await page.evaluate(
      `const ask = fetch; fetch = async (...asked) => { const answer = await ask(...asked); if (/sign-out$/.test(asked[0])) await untilCut(); return answer; };`,
    );
    const refreshes: string[] = [];
    page.on('request', (request) => request.url().endsWith('/session/refresh') && refreshes.push(request.url()));
    await page.getByRole('button', { name: 'Ada Lovelace' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    expect(refreshes).toEqual([]);
    expect(await context.cookies()).toEqual([]);
  });

  it('causes no browser errors or warnings', () => {
    expect(consoleErrors).toEqual([]);
  });
});
