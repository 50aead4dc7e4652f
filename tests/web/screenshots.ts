import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext } from 'playwright-core';
import { collectConsoleErrors, openBrowser, openContext, waitUntilIdle, VIEWS, type View } from './browser.ts';
import { SCREENS, type Screen } from './screens.ts';
import { smallPng } from './small-png.ts';
import { createFixtures, type Fixtures } from './fixtures.ts';

const LARGEST_BYTES = 150_000;
const TOTAL_BYTES = 12_000_000;
/** Console messages of the browser itself, when a picture fails a request on purpose or an address does not exist. */
const EXPECTED = [/^Failed to load resource/, /net::ERR_/];

/**
 * `npm run screenshots [-- words]` takes a picture of every screen of the product in both themes, on a desktop and on a
 * phone, in each of its states, into web/screenshots/. Words narrow it to the screens whose name has one of them, `--view dark-390` to one view.
 */
const { positionals: words, values } = parseArgs({ allowPositionals: true, options: { view: { type: 'string' } } });
const views = VIEWS.filter(({ theme, width }) => !values.view || values.view === `${theme}-${width}`);
const folder = resolve('web/screenshots');
const wanted = SCREENS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const troubles: string[] = [];

const fixtures = await createFixtures();
const browser = await openBrowser();
try {
  if (words.length === 0 && !values.view) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const view of views) await takeAll(browser, fixtures, view);
} finally {
  await browser.close();
  await fixtures.stop();
}
report();

/** Uses one browser context for each person and view, so that each signs in once. */
async function takeAll(browser: Browser, fixtures: Fixtures, view: View): Promise<void> {
  const contexts = new Map<Screen['who'], BrowserContext>();
  for (const screen of wanted) {
    const { who } = screen;
    const [product, person] = who === 'grace' ? [fixtures.bare, fixtures.grace] : [fixtures.full, who === 'ada' ? fixtures.ada : null];
    const context = contexts.get(who) ?? (await openContext(browser, view, { url: product.url, person }));
    contexts.set(who, context);
    await take(context, fixtures, screen, `${screen.name}-${view.theme}-${view.width}.png`);
  }
  for (const context of contexts.values()) await context.close();
}

async function take(context: BrowserContext, fixtures: Fixtures, screen: Screen, file: string): Promise<void> {
  const page = await context.newPage();
  try {
    const consoleErrors = collectConsoleErrors(page, EXPECTED);
    await screen.before?.(page, fixtures);
    await page.goto(screen.path(fixtures), { waitUntil: 'domcontentloaded' });
    await page.locator('h1').first().waitFor();
    if (!screen.unsettled || screen.act) await waitUntilIdle(page);
    await screen.act?.(page, fixtures);
    if (!screen.unsettled) await waitUntilIdle(page);
    const sideways = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
    if (sideways > 0) troubles.push(`${file}: ${sideways} px wider than the window`);
    const picture = smallPng(await page.screenshot({ animations: 'disabled' }));
    if (picture.length > LARGEST_BYTES) troubles.push(`${file}: ${picture.length} bytes`);
    writeFileSync(join(folder, file), picture);
    await screen.after?.(page, fixtures);
    troubles.push(...consoleErrors.map((text) => `${file}: ${text}`));
    process.stdout.write('.');
  } catch (error) {
    troubles.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await page.close();
  }
}

function report(): void {
  const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > TOTAL_BYTES) troubles.push(`together ${total} bytes`);
  console.log(`\n${sizes.length} pictures, ${(total / 1e6).toFixed(1)} MB, in ${folder}`);
  for (const trouble of troubles) console.error(trouble);
  process.exitCode = troubles.length > 0 ? 1 : 0;
}
