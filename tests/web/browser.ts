import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { PASSWORD, type Person } from '../support/person.ts';
import { findProgram } from '../support/program.ts';

export interface View {
  theme: 'light' | 'dark';
  width: 1440 | 390;
}

export const VIEWS: View[] = (['light', 'dark'] as const).flatMap((theme) => ([1440, 390] as const).map((width) => ({ theme, width })));

const ARGUMENTS = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'];

export function openBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: findProgram('chromium', 'chromium-browser', 'google-chrome').path ?? '/usr/bin/chromium',
    args: [...ARGUMENTS, ...more],
  });
}

/** Opens a browser context with a screen size, a theme and the session of a person. */
export async function openContext(
  browser: Browser,
  { theme, width }: View,
  at: { url: string; person: Person | null },
): Promise<BrowserContext> {
  const isPhone = width < 600;
  const context = await browser.newContext({
    baseURL: at.url,
    viewport: { width, height: isPhone ? 844 : 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    hasTouch: isPhone,
    isMobile: isPhone,
    locale: 'en-GB',
    bypassCSP: true,
  });
  context.setDefaultTimeout(20_000);
  if (at.person) await signIn(context, at.url, at.person);
  return context;
}

async function signIn(context: BrowserContext, url: string, person: Person): Promise<void> {
  const answer = await context.request.post('/session/sign-in', {
    headers: { 'x-parley-client': 'web', origin: url },
    data: { email: person.email, password: PASSWORD },
  });
  if (!answer.ok()) throw new Error(`signing in was refused: ${answer.status()} ${await answer.text()}`);
  const { expiresAt } = (await answer.json()) as { expiresAt: string };
  await context.addInitScript((end) => localStorage.setItem('parley.session', end), String(Date.parse(expiresAt)));
}

/** Collects the errors and warnings of a page, except the expected ones. */
export function collectConsoleErrors(page: Page, expected: RegExp[] = []): string[] {
  const consoleErrors: string[] = [];
  const onConsoleError = (text: string) => {
    if (!expected.some((pattern) => pattern.test(text))) consoleErrors.push(text);
  };
  page.on('console', (message) => {
    // The text of a failed resource does not name it, so its address is added.
    if (['error', 'warning'].includes(message.type())) onConsoleError(`${message.text()} ${message.location().url}`.trim());
  });
  page.on('pageerror', (error) => onConsoleError(String(error)));
  return consoleErrors;
}

const HAS_NO_PROGRESS = `!document.querySelector('#content [role="status"][aria-label], [aria-busy="true"]')`;

const IS_RENDERED = `document.title !== '' && getComputedStyle(document.getElementById('boot')).display === 'none'`;

/** Waits until the page has replaced the boot screen. */
export async function waitUntilRendered(page: Page): Promise<void> {
  await page.waitForFunction(IS_RENDERED);
}

/** Waits until requested data has arrived and is rendered. */
export async function waitUntilIdle(page: Page): Promise<void> {
  await waitUntilRendered(page);
  await page.evaluate('document.fonts.ready');
  await page.waitForFunction(HAS_NO_PROGRESS, undefined, { timeout: 10_000 }).catch(() => undefined);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Holds the response of one operation (`silence`), or fails its request (`cut`). */
export async function blockOperation(page: Page, operation: string, how: 'silence' | 'cut'): Promise<void> {
  const asks = new RegExp(`(query|mutation) ${operation}\\b`);
  await page.route('**/graphql', async (route) => {
    if (!asks.test(route.request().postData() ?? '')) return route.continue();
    if (how === 'cut') await route.abort('connectionfailed');
  });
}
