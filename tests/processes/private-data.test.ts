import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';

const CREATE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { id } } }';
const LISTS = 'query ($id: ID!) { conversation(id: $id) { id title } document(id: $id) { id } knowledgeBase(id: $id) { id } }';

/** Lists the files below a folder to which other accounts have any access. */
function openTo(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return ['', ...entries]
    .map((entry) => ({ entry, found: lstatSync(join(directory, entry), { throwIfNoEntry: false }) }))
    .filter(({ found }) => found && !found.isSymbolicLink() && found.mode & 0o077)
    .map(({ entry, found }) => `${entry || '.'} ${(found!.mode & 0o777).toString(8)}`);
}

describe('stored data and logs of a product', () => {
  let model: ModelServer;
  let product: Product;
  let dataDir: string;

  beforeAll(async () => {
    model = await startModelServer();
    dataDir = await keptDataDirectory();
    // Like data of an earlier version, or a manual copy.
    mkdirSync(join(dataDir, 'files', 'ab'), { recursive: true });
    writeFileSync(join(dataDir, 'files', 'ab', 'old'), 'old');
    for (const entry of ['', ...readdirSync(dataDir, { recursive: true, encoding: 'utf8' })]) {
      const path = join(dataDir, entry);
      chmodSync(path, lstatSync(path).isDirectory() ? 0o755 : 0o644);
    }
    process.umask(0o022);
    product = await startProduct({ dataDir, env: { LOG_LEVEL: 'trace', OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' } });
  });
  afterAll(async () => {
    await product.stop();
    await model.stop();
  });

  it('have owner-only permissions after a start in a readable directory', () => {
    expect(openTo(dataDir)).toEqual([]);
  });

  it('contain no password, message, document, address or token in the log at level trace, even if a statement fails', async () => {
    const ada = await Person.signUp(product, 'canary-name');
    const { createKnowledgeBase } = await ada.ask(CREATE, { input: { name: 'canary-base' } });
    const knowledgeBaseId = createKnowledgeBase.knowledgeBase.id as string;
    const document = { name: 'canary-file.txt', mediaType: 'text/plain', content: 'canary-document is about rivers.' };
    expect(await addDocument(ada, knowledgeBaseId, document)).toMatchObject({ status: 'READY' });
    await addDocument(ada, knowledgeBaseId, {
      ...document,
      mediaType: 'application/pdf',
      name: 'canary-broken.pdf',
      content: '%PDF-1.4 canary-broken',
    });
    const { conversationId } = await ada.startConversation({ instructions: 'canary-instructions', knowledgeBaseIds: [knowledgeBaseId] });
    const { runId } = await ada.send(conversationId, 'canary-question');
    await ada.follow(runId);
    await ada.ask(SEARCH, { input: { query: 'canary-search', knowledgeBaseIds: [knowledgeBaseId] } });
    // Two sign-ups with one address: the database rejects the second, and its error contains the address.
    const input = { email: 'canary-email@example.org', password: `canary-password ${PASSWORD}`, name: 'canary-other' };
    await Promise.all([1, 2, 3].map(() => product.graph(SIGN_UP, { input })));
    await product.graph(SIGN_IN, { input: { email: input.email, password: 'canary-guess' } });
    await product.graph(LISTS, { id: "canary-id'\u0000" }, ada.token);
    await product.graph('query { canaryField }', { canaryVariable: 'canary-variable' }, ada.token);
    expect(openTo(dataDir)).toEqual([]);

    expect(product.logs.some(({ msg }) => msg === 'sql')).toBe(true);
    const secrets = [
      /canary-/i,
      /argon2id/,
      new RegExp(PASSWORD),
      new RegExp(ada.email),
      new RegExp(ada.token),
      new RegExp(ada.refreshToken),
    ];
    const told = product.logs.map((line) => JSON.stringify(line)).filter((line) => secrets.some((secret) => secret.test(line)));
    expect(told.map((line) => line.slice(0, 600))).toEqual([]);
  });
});
