import type { Page } from 'playwright-core';
import { blockOperation } from './browser.ts';
import { documentPath, type Fixtures } from './fixtures.ts';

export interface Screen {
  /** `<page>-<state>` */
  name: string;
  who: 'ada' | 'grace' | 'nobody';
  path: (fixtures: Fixtures) => string;
  /** Runs before the page is opened. */
  before?: (page: Page, fixtures: Fixtures) => Promise<unknown>;
  /** Runs on the open page. */
  act?: (page: Page, fixtures: Fixtures) => Promise<unknown>;
  /** Runs after the picture. */
  after?: (page: Page, fixtures: Fixtures) => Promise<unknown>;
  /** True where the picture is of a page that is still loading. */
  unsettled?: boolean;
}

const silence = (operation: string) => (page: Page) => blockOperation(page, operation, 'silence');
const cut = (operation: string) => (page: Page) => blockOperation(page, operation, 'cut');
const loading = (operation: string) => ({ before: silence(operation), unsettled: true });
const press = (page: Page, name: RegExp | string) => page.getByRole('button', { name }).first().click();

/** On a phone the notifications and the conversations are behind the menu button. */
async function openMenu(page: Page): Promise<void> {
  const menu = page.getByRole('button', { name: 'Open the menu' });
  if (await menu.isVisible()) await menu.click();
}

const SIGNED_OUT: Screen[] = [
  { name: 'sign-in', who: 'nobody', path: () => '/sign-in' },
  {
    name: 'sign-in-error',
    who: 'nobody',
    path: () => '/sign-in',
    act: async (page) => {
      await page.getByLabel('E-mail address').fill('ada@example.org');
      await page.locator('input[name=password]').fill('not the password');
      await press(page, 'Sign in');
      await page.getByText('is wrong').first().waitFor();
    },
  },
  { name: 'sign-up', who: 'nobody', path: () => '/sign-up' },
  { name: 'not-found', who: 'ada', path: () => '/nothing-here' },
];

const CHAT: Screen[] = [
  { name: 'home-empty', who: 'grace', path: () => '/' },
  { name: 'home', who: 'ada', path: () => '/' },
  { name: 'menu', who: 'ada', path: () => '/', act: openMenu },
  { name: 'chat', who: 'ada', path: ({ conversationId }) => `/c/${conversationId}` },
  { name: 'chat-source', who: 'ada', path: ({ conversationId }) => `/c/${conversationId}`, act: openCitation },
  { name: 'chat-rich', who: 'ada', path: ({ richConversationId }) => `/c/${richConversationId}`, act: unfold },
  { name: 'chat-found', who: 'ada', path: () => '/', act: openFound },
  { name: 'chat-search', who: 'ada', path: () => '/', act: searchFor('agent') },
  { name: 'chat-search-none-found', who: 'ada', path: () => '/', act: searchFor('zeppelin') },
  { name: 'chat-tool', who: 'ada', path: ({ toolConversationId }) => `/c/${toolConversationId}` },
  { name: 'chat-failed', who: 'ada', path: ({ failedConversationId }) => `/c/${failedConversationId}` },
  { name: 'chat-loading', who: 'ada', path: ({ conversationId }) => `/c/${conversationId}`, ...loading('Thread') },
  { name: 'chat-error', who: 'ada', path: () => '/c/01990000-0000-7000-8000-000000000000' },
  { name: 'chat-writing', who: 'ada', path: () => '/', act: beginToWrite, after: stopWriting, unsettled: true },
];

const ASSISTANTS: Screen[] = [
  { name: 'assistants', who: 'ada', path: () => '/assistants' },
  { name: 'assistants-empty', who: 'grace', path: () => '/assistants', before: emptied('Assistants', 'assistants') },
  { name: 'assistants-none-found', who: 'ada', path: () => '/assistants?q=zebra' },
  { name: 'assistants-loading', who: 'ada', path: () => '/assistants', ...loading('Assistants') },
  { name: 'assistants-error', who: 'ada', path: () => '/assistants', before: cut('Assistants') },
  {
    name: 'assistants-delete',
    who: 'ada',
    path: () => '/assistants',
    act: async (page) => {
      await press(page, /^More for Receipts clerk/);
      await page.getByRole('menuitem', { name: 'Delete' }).click();
    },
  },
  { name: 'assistant', who: 'ada', path: ({ assistantId }) => `/assistants/${assistantId}` },
  {
    name: 'assistant-versions',
    who: 'ada',
    path: ({ assistantId }) => `/assistants/${assistantId}`,
    act: (page) => press(page, /^Version/),
  },
  {
    name: 'assistant-invalid',
    who: 'ada',
    path: ({ assistantId }) => `/assistants/${assistantId}`,
    act: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('');
      await press(page, 'Save changes');
    },
  },
  {
    name: 'assistant-leave',
    who: 'ada',
    path: ({ assistantId }) => `/assistants/${assistantId}`,
    act: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Paper reader, second try');
      await openMenu(page);
      await page.getByRole('link', { name: 'Knowledge', exact: true }).click();
      await page.getByRole('alertdialog').waitFor();
    },
  },
  { name: 'assistant-loading', who: 'ada', path: ({ assistantId }) => `/assistants/${assistantId}`, ...loading('Assistant') },
  { name: 'assistant-error', who: 'ada', path: () => '/assistants/01990000-0000-7000-8000-000000000000' },
  {
    name: 'assistant-partial',
    who: 'ada',
    path: ({ assistantId }) => `/assistants/${assistantId}`,
    before: cut('(Models|Tools|KnowledgeChoices)'),
  },
  { name: 'assistant-new', who: 'grace', path: () => '/assistants/new' },
];

const KNOWLEDGE: Screen[] = [
  { name: 'knowledge', who: 'ada', path: () => '/knowledge' },
  { name: 'knowledge-empty', who: 'grace', path: () => '/knowledge', before: emptied('KnowledgeBases', 'knowledgeBases') },
  { name: 'knowledge-loading', who: 'ada', path: () => '/knowledge', ...loading('KnowledgeBases') },
  { name: 'knowledge-error', who: 'ada', path: () => '/knowledge', before: cut('KnowledgeBases') },
  { name: 'knowledge-new', who: 'ada', path: () => '/knowledge', act: (page) => press(page, 'New knowledge base') },
  { name: 'documents', who: 'ada', path: ({ inboxId }) => `/knowledge/${inboxId}` },
  { name: 'documents-empty', who: 'grace', path: ({ emptyBaseId }) => `/knowledge/${emptyBaseId}` },
  { name: 'documents-loading', who: 'ada', path: ({ inboxId }) => `/knowledge/${inboxId}`, ...loading('Documents') },
  { name: 'documents-error', who: 'ada', path: ({ inboxId }) => `/knowledge/${inboxId}`, before: cut('Documents') },
  {
    name: 'documents-uploading',
    who: 'grace',
    path: ({ uploadBaseId }) => `/knowledge/${uploadBaseId}`,
    act: upload,
    after: cancelUploads,
    unsettled: true,
  },
  { name: 'document', who: 'ada', path: ({ baseId, paperId }) => `/knowledge/${baseId}?document=${paperId}` },
  { name: 'search-empty', who: 'grace', path: ({ emptyBaseId }) => `/knowledge/${emptyBaseId}/search` },
  { name: 'search', who: 'ada', path: ({ baseId }) => `/knowledge/${baseId}/search?q=conversable+agents` },
  { name: 'search-compare', who: 'ada', path: ({ baseId }) => `/knowledge/${baseId}/search?q=conversable+agents&mode=COMPARE` },
  { name: 'search-passage', who: 'ada', path: ({ baseId }) => `/knowledge/${baseId}/search?q=conversable+agents`, act: openFirstHit },
  { name: 'search-none-found', who: 'ada', path: ({ baseId }) => `/knowledge/${baseId}/search?q=zeppelin&mode=KEYWORD` },
  { name: 'search-error', who: 'ada', path: ({ baseId }) => `/knowledge/${baseId}/search?q=agents`, before: cut('SearchKnowledge') },
];

const NOTIFICATIONS: Screen[] = [
  { name: 'notifications', who: 'ada', path: () => '/notifications' },
  { name: 'notifications-empty', who: 'grace', path: () => '/notifications' },
  { name: 'notifications-loading', who: 'ada', path: () => '/notifications', ...loading('Notifications') },
  { name: 'notifications-error', who: 'ada', path: () => '/notifications', before: cut('Notifications') },
  {
    name: 'bell',
    who: 'ada',
    path: () => '/assistants',
    act: async (page) => {
      await openMenu(page);
      await page
        .getByRole('button', { name: /^Notifications/ })
        .first()
        .click();
    },
  },
];

/** Unfolds the reasoning of an answer and its tool calls. */
async function unfold(page: Page): Promise<void> {
  await page.locator('.katex').first().waitFor();
  for (const summary of await page.locator('main details > summary').all()) await summary.click();
  await page.getByText('Arguments', { exact: true }).waitFor();
}

function searchFor(words: string): (page: Page) => Promise<void> {
  return async (page) => {
    await openMenu(page);
    await page.getByRole('searchbox', { name: 'Search conversations' }).fill(words);
    await page.locator('a[href*="message="]').or(page.getByText('No results for')).first().waitFor();
  };
}

async function openFound(page: Page): Promise<void> {
  await searchFor('licences')(page);
  await page.locator('a[href*="message="]').first().click();
  await page.waitForFunction(`CSS.highlights.get('found')?.size > 0`);
}

export const SCREENS: Screen[] = [...SIGNED_OUT, ...CHAT, ...ASSISTANTS, ...KNOWLEDGE, ...NOTIFICATIONS];

async function openCitation(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^Source / })
    .first()
    .click();
  await page.locator('mark').first().waitFor();
}

async function beginToWrite(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill('How do the authors measure success?');
  await page.getByRole('button', { name: 'Send message' }).click();
  await page.getByText('single-agent systems').first().waitFor();
}

/** Stops the answer and deletes the conversation, so that the next picture begins in the same state. */
async function stopWriting(page: Page, { ada }: Fixtures): Promise<void> {
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await page.getByRole('button', { name: 'Send message' }).waitFor();
  const id = new URL(page.url()).pathname.split('/').at(-1);
  await ada.ask('mutation ($input: DeleteConversationInput!) { deleteConversation(input: $input) { deletedId } }', { input: { id } });
}

/** Empties a list in the response. Grace has a knowledge base for the pictures of an empty one, so her own list is never empty. */
function emptied(operation: string, list: string): (page: Page) => Promise<void> {
  return async (page) => {
    await page.route('**/graphql', async (route) => {
      if (!new RegExp(`query ${operation}\\b`).test(route.request().postData() ?? '')) return route.continue();
      const response = await route.fetch();
      const answer = (await response.json()) as { data: Record<string, object> };
      Object.assign(answer.data[list] ?? {}, { edges: [], totalCount: 0 });
      await route.fulfill({ response, json: answer });
    });
  };
}

async function upload(page: Page): Promise<void> {
  const network = await page.context().newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 24_000 });
  const names = [
    'REPAIR-2022-INV-001_multipage.pdf',
    'MEDRPT-2024-PAT-3847_medical_report_scan.pdf',
    'test.docx',
    'test.pdf',
    'random.bin',
  ];
  await page.locator('input[type=file]').setInputFiles(names.map(documentPath));
  await page.waitForFunction(
    `[...document.querySelectorAll('[role=progressbar]')].some((bar) => Number(bar.getAttribute('aria-valuenow')) >= 20)`,
  );
}

async function cancelUploads(page: Page): Promise<void> {
  const rows = page.getByRole('button', { name: /^(Cancel|Remove) / });
  while ((await rows.count()) > 0) await rows.first().click();
  await page
    .getByText(/Drop documents here|Add the first document/)
    .filter({ visible: true })
    .first()
    .waitFor();
}

async function openFirstHit(page: Page): Promise<void> {
  await page.locator('#content ol h3 a').first().click();
  await page.locator('aside mark, dialog mark').first().waitFor();
}
