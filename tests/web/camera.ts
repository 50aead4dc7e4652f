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

/** A browser as somebody has it: their screen, their theme, and their session. */
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

/** Everything that a clean page never says. */
export function listenForNoise(page: Page, expected: RegExp[] = []): string[] {
  const noise: string[] = [];
  const hear = (text: string) => {
    if (!expected.some((pattern) => pattern.test(text))) noise.push(text);
  };
  page.on('console', (message) => {
    // Of a resource that failed to load the text does not tell which.
    if (['error', 'warning'].includes(message.type())) hear(`${message.text()} ${message.location().url}`.trim());
  });
  page.on('pageerror', (error) => hear(String(error)));
  return noise;
}

const IS_QUIET = `!document.querySelector('#content [role="status"][aria-label], [aria-busy="true"]')`;

const IS_DRAWN = `document.title !== '' && getComputedStyle(document.getElementById('boot')).display === 'none'`;

/** Waits until the page proper stands where the boot screen was. */
export async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(IS_DRAWN);
}

/** Waits until what was asked has been answered and drawn. */
export async function settle(page: Page): Promise<void> {
  await drawn(page);
  await page.evaluate('document.fonts.ready');
  await page.waitForFunction(IS_QUIET, undefined, { timeout: 10_000 }).catch(() => undefined);
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Leaves one operation without an answer, or cuts the line while it is asked. */
export async function disturb(page: Page, operation: string, how: 'silence' | 'cut'): Promise<void> {
  const asks = new RegExp(`(query|mutation) ${operation}\\b`);
  await page.route('**/graphql', async (route) => {
    if (!asks.test(route.request().postData() ?? '')) return route.continue();
    if (how === 'cut') await route.abort('connectionfailed');
  });
}
