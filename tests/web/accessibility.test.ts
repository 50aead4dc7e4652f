import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { findProgram } from '../support/program.ts';
import { byTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';
import { drawn, openBrowser, openContext, settle, VIEWS, type View } from './camera.ts';
import { SCREENS, type Screen } from './screens.ts';
import { setStage, type Stage } from './stage.ts';

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
  let stage: Stage;
  let browser: Browser;

  beforeAll(async () => {
    [stage, browser] = await Promise.all([setStage(), openBrowser()]);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  for (const view of byTier(OPPOSITES, VIEWS)) {
    it(`has no axe violations in the ${view.theme} theme at ${view.width} px`, async () => {
      const found: string[] = [];
      for (const screen of SCREENS)
        found.push(...(await violationsOf(browser, stage, screen, view)).map((violation) => `${screen.name} ${violation}`));
      expect(found).toEqual([]);
    }, 600_000);
  }
});

async function violationsOf(browser: Browser, stage: Stage, screen: Screen, view: View): Promise<string[]> {
  const at =
    screen.who === 'grace'
      ? { url: stage.bare.url, person: stage.grace }
      : { url: stage.full.url, person: screen.who === 'ada' ? stage.ada : null };
  const context = await openContext(browser, view, at);
  try {
    const page = await context.newPage();
    await screen.before?.(page, stage);
    await page.goto(screen.path(stage));
    await (screen.unsettled ? drawn(page) : settle(page));
    await screen.act?.(page, stage);
    if (!screen.unsettled) await settle(page);
    await page.evaluate(AXE);
    const violations = (await page.evaluate(RUN)) as string[];
    await screen.after?.(page, stage);
    return violations;
  } finally {
    await context.close();
  }
}
