import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { resolve } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { Deployment, RoleProcess } from '../support/deployment/deployment.ts';
import { describeOnEachDeployment, type Installation } from '../support/deployment/each-deployment.ts';
import { eventually } from '../support/eventually.ts';
import { findProgram } from '../support/program.ts';
import { readMetrics } from '../support/telemetry/metrics.ts';
import { collectConsoleErrors, openBrowser } from './browser.ts';

const chromium = findProgram('chromium', 'chromium-browser', 'google-chrome');
const ANSWER = `Conversable agents pass messages to each other [1]. ${'They take turns until the task is done. '.repeat(10)}That is all.`;
/** The pause of the model before each token, in milliseconds: slow while a test acts during the answer. */
const PACE = { slow: 150, quick: 20 };
const METRICS_TOKEN = 'a token of at least thirty-two characters';

describeOnEachDeployment(chromium.missing, 'the first use of an installation', (open) => {
  const answer = { text: ANSWER, delayMs: PACE.quick };
  let installation: Installation;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let consoleErrors: string[];

  beforeAll(async () => {
    installation = await open({ model: { otherwise: answer }, env: { METRICS_TOKEN } });
    browser = await openBrowser();
    context = await browser.newContext({
      baseURL: installation.product.url,
      viewport: { width: 1440, height: 900 },
      serviceWorkers: 'block',
    });
    context.setDefaultTimeout(30_000);
    page = await context.newPage();
    consoleErrors = collectConsoleErrors(page);
  });

  afterAll(async () => {
    await browser?.close();
    await installation?.stop();
  });

  it('opens the one address and creates an account within a minute', async () => {
    await page.goto('/');
    await page.waitForURL('**/sign-up');
    await page.getByLabel('Name').fill('Ada Lovelace');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.locator('input[name=password]').fill('a long enough password');
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('link', { name: 'New chat' }).first().waitFor();
  });

  it('redirects the next browser to the sign-in page, and after it to the requested page', async () => {
    const another = await browser.newContext({ baseURL: installation.product.url, serviceWorkers: 'block' });
    const visitor = await another.newPage();
    await visitor.goto('/knowledge');
    await visitor.waitForURL('**/sign-in?next=%2Fknowledge');
    await another.close();
  });

  it('offers the composer at once, with the default assistant', async () => {
    await page.getByRole('heading', { level: 2, name: /Ada Lovelace$/ }).waitFor();
    await page.getByRole('button', { name: /^Assistant:\s*Assistant$/ }).waitFor();
    await page.getByRole('button', { name: /^Model:/ }).waitFor();
    await page.getByRole('textbox', { name: 'Message' }).fill('What can you do?');
    await page.getByRole('textbox', { name: 'Message' }).press('Enter');
    await page.waitForURL('**/c/*');
    await page.getByText('That is all.').first().waitFor();
    await page.getByRole('heading', { level: 2, name: /^Assistant\s*·/ }).waitFor();
  });

  it('adds a real PDF and sees it become ready', async () => {
    await page.getByRole('link', { name: 'Knowledge', exact: true }).click();
    await page.getByRole('button', { name: 'Create knowledge base' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill('Papers');
    await page.getByRole('dialog').getByRole('button', { name: 'Create knowledge base' }).click();
    await page.waitForURL('**/knowledge/*');
    await page.locator('input[type=file]').setInputFiles(resolve('tests/documents/test.pdf'));
    await page
      .getByText(/[1-9]\d* passages/)
      .first()
      .waitFor({ timeout: 60_000 });
  });

  it('creates an assistant with that knowledge', async () => {
    await page.goto('/assistants/new');
    await page.getByLabel('Name', { exact: true }).fill('Reader');
    await page.getByLabel('Instructions').fill('Answer from the papers.');
    await page.getByLabel('Papers').check();
    await page.getByRole('button', { name: 'Create assistant' }).click();
    await page.waitForURL(/assistants\/[0-9a-f-]{36}/);
    await page.getByRole('link', { name: 'Start a chat' }).first().click();
    await page.waitForURL('**/?assistant=*');
  });

  it('asks, reloads during the answer, opens a second tab, and loses no text, though servers are killed where there are two', async () => {
    answer.delayMs = PACE.slow;
    await page.getByRole('textbox', { name: 'Message' }).fill('What is a conversable agent?');
    await page.getByRole('textbox', { name: 'Message' }).press('Enter');
    await page.waitForURL('**/c/*');
    await page.getByText('They take turns').first().waitFor();
    await page.reload();
    const second = await context.newPage();
    await second.goto(page.url());
    for (const tab of [page, second]) await tab.getByText('They take turns').first().waitFor();
    if (installation.roles) await strike(installation.roles);
    answer.delayMs = PACE.quick;
    for (const tab of [page, second]) {
      await tab.getByText('That is all.').first().waitFor();
      const shown = await tab.locator('article, [data-role=assistant], main').last().innerText();
      expect(shown.match(/They take turns until the task is done\./g)).toHaveLength(10);
    }
    await second.close();
  });

  it('opens a citation at its page', async () => {
    await page
      .getByRole('button', { name: /^Source / })
      .first()
      .click();
    const mark = page.locator('aside mark, dialog mark, mark').first();
    await mark.waitFor();
    expect((await mark.innerText()).length).toBeGreaterThan(3);
  });

  it('finds the conversation again by its words', async () => {
    await page.goto('/');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('conversable');
    await page
      .getByRole('link', { name: /conversable/i })
      .first()
      .click();
    await page.waitForURL('**/c/*');
    await page.getByText('That is all.').first().waitFor();
  });

  it('causes no browser errors or warnings', () => {
    expect(consoleErrors).toEqual([]);
  });
});

/** Kills, in the middle of an answer, a gateway that shows it and the worker that writes it; both are started again. */
async function strike({ gateways, workers }: Deployment): Promise<void> {
  const gateway = await busiest(gateways, 'parley_subscriptions');
  await gateway.kill();
  const worker = await busiest(workers, 'parley_runs_active');
  await worker.kill();
  await Promise.all([gateway.start(), worker.start()]);
}

/** Returns the process with the highest value of a gauge, as soon as one has any. */
async function busiest(processes: readonly RoleProcess[], gauge: string): Promise<RoleProcess> {
  const read = () => Promise.all(processes.map(async ({ url }) => (await readMetrics(url, METRICS_TOKEN)).sum(gauge)));
  const counts = await eventually(read, (found) => Math.max(...found) > 0);
  return processes[counts.indexOf(Math.max(...counts))]!;
}
