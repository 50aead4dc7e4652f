import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findProgram } from '../support/program.ts';
import { byTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';
import { waitUntilRendered, openBrowser, openContext, waitUntilIdle, VIEWS, type View } from './browser.ts';
import { SCREENS, type Screen } from './screens.ts';
import { createFixtures, type Fixtures } from './fixtures.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RUN = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')))`;
/** Both themes and both widths, in two views. */
const OPPOSITES: View[] = [
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 390 },
];

describeWhen(chromium.missing, 'accessibility of every screen', () => {
  let fixtures: Fixtures;
  let browser: Browser;

  beforeAll(async () => {
    [fixtures, browser] = await Promise.all([createFixtures(), openBrowser()]);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await fixtures?.stop();
  });

  for (const view of byTier(OPPOSITES, VIEWS)) {
    it(`has no axe violations in the ${view.theme} theme at ${view.width} px`, async () => {
      const found: string[] = [];
      for (const screen of SCREENS)
        found.push(...(await violationsOf(browser, fixtures, screen, view)).map((violation) => `${screen.name} ${violation}`));
      expect(found).toEqual([]);
    }, 600_000);
  }
});

async function violationsOf(browser: Browser, fixtures: Fixtures, screen: Screen, view: View): Promise<string[]> {
  const at =
    screen.who === 'grace'
      ? { url: fixtures.bare.url, person: fixtures.grace }
      : { url: fixtures.full.url, person: screen.who === 'ada' ? fixtures.ada : null };
  const context = await openContext(browser, view, at);
  try {
    const page = await context.newPage();
    await screen.before?.(page, fixtures);
    await page.goto(screen.path(fixtures));
    await (screen.unsettled ? waitUntilRendered(page) : waitUntilIdle(page));
    await screen.act?.(page, fixtures);
    if (!screen.unsettled) await waitUntilIdle(page);
    await page.evaluate(AXE);
    const violations = (await page.evaluate(RUN)) as string[];
    await screen.after?.(page, fixtures);
    return violations;
  } finally {
    await context.close();
  }
}
