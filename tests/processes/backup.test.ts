import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { runCommand } from '../support/deployment/commands.ts';
import { PgvectorServer } from '../support/deployment/pgvector-server.ts';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { missingPostgres, startPostgres } from '../support/postgres.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { startS3, type S3Server } from '../support/s3/start.ts';
import { describeWhen } from '../support/when.ts';

const HARBOUR = 'The harbour of Brennholm freezes in February, and the ferries rest until the ice breaks.';
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { text } } }';
const SEEN = `query ($conversation: ID!, $document: ID!) {
  conversation(id: $conversation) { id messages(first: 10) { edges { node { id role text createdAt } } } }
  document(id: $document) { id name status passageCount downloadUrl }
  auditLog(first: 100) { edges { node { id action at } } }
}`;

/** A product with data, and an empty target. */
interface Places {
  here: Record<string, string>;
  there: Record<string, string>;
  end(): Promise<void>;
}

async function embedded(): Promise<Places> {
  const dataDir = await keptDataDirectory();
  const other = mkdtempSync(join(tmpdir(), 'parley-restored-'));
  return {
    here: { DATA_DIR: dataDir },
    there: { DATA_DIR: other },
    async end() {
      for (const directory of [dataDir, other]) rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function onServers(): Promise<Places> {
  const [postgres, vectors, otherVectors, s3, otherS3] = await Promise.all([
    startPostgres(),
    PgvectorServer.start(),
    PgvectorServer.start(),
    startS3(),
    startS3(),
  ]);
  const directory = mkdtempSync(join(tmpdir(), 'parley-backup-'));
  const settings = async (index: PgvectorServer, bucket: S3Server) => ({
    DATA_DIR: directory,
    SECRET_KEY: 'a secret of at least thirty-two characters',
    DATABASE_URL: await postgres.fresh(),
    VECTOR_DATABASE_URL: index.url,
    ...bucket.env,
  });
  return {
    here: await settings(vectors, s3),
    there: await settings(otherVectors, otherS3),
    async end() {
      await Promise.all([postgres, vectors, otherVectors, s3, otherS3].map((server) => server.stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const places = { 'an embedded installation': { missing: null, open: embedded }, servers: { missing: missingPostgres(), open: onServers } };

for (const [name, { missing, open }] of Object.entries(places)) {
  describeWhen(missing, `a backup of ${name}`, () => {
    let place: Places;
    let folder: string;
    let ada: Person;
    let conversationId: string;
    let documentId: string;
    let knowledgeBaseId: string;
    let before: any;

    beforeAll(async () => {
      place = await open();
      folder = join(mkdtempSync(join(tmpdir(), 'parley-backups-')), 'backup');
    });
    afterAll(async () => {
      await place?.end();
      rmSync(join(folder, '..'), { recursive: true, force: true });
    });

    const start = (settings: Record<string, string>) => startProduct({ dataDir: settings['DATA_DIR']!, env: settings });

    async function seen(product: Product, token: string) {
      const { document, ...rest } = await product.ask(SEEN, { conversation: conversationId, document: documentId }, token);
      const { downloadUrl, ...facts } = document;
      const download = await fetch(downloadUrl);
      return { ...rest, document: facts, bytes: await download.text(), auditLog: rest.auditLog.edges.map(({ node }: any) => node) };
    }

    it('is made while the product serves requests', async () => {
      const product = await start(place.here);
      ada = await Person.signUp(product);
      knowledgeBaseId = (await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } })).createKnowledgeBase.knowledgeBase.id;
      const document = await addDocument(ada, knowledgeBaseId, { name: 'harbour.txt', mediaType: 'text/plain', content: HARBOUR });
      expect(document.status).toBe('READY');
      documentId = document.id;
      const started = await ada.startConversation({ knowledgeBaseIds: [knowledgeBaseId] });
      conversationId = started.conversationId;
      const { runId } = await ada.send(conversationId, 'When does the harbour freeze?');
      await ada.follow(runId);
      // Audit entries are written asynchronously.
      before = await eventually(
        () => seen(product, ada.token),
        ({ auditLog }) => auditLog.some(({ action }: any) => /document\.stored/i.test(action)),
      );
      const beside = await ada.send(conversationId, 'And when does it thaw?');
      const { code, stdout, stderr } = await runCommand('backup', [folder], place.here);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('and 1 files');
      expect((await ada.follow(beside.runId)).last.__typename).toBe('RunFinished');
      await product.stop();
    });

    it('restores people, conversations, files, the audit log and search to an empty target', async () => {
      const { code, stdout, stderr } = await runCommand('restore', [folder], place.there);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/restored and compared: \d+ rows of \d+ tables, [1-9]\d* of them audit entries, and 1 files/);
      const product = await start(place.there);
      const { signIn } = await product.ask(SIGN_IN, { input: { email: ada.email, password: PASSWORD } });
      const after = await seen(product, signIn.accessToken);
      expect({ ...after, auditLog: null, conversation: null }).toEqual({ ...before, auditLog: null, conversation: null });
      expect(after.bytes).toBe(HARBOUR);
      expect(after.conversation.messages.edges).toEqual(expect.arrayContaining(before.conversation.messages.edges));
      expect(after.auditLog).toEqual(expect.arrayContaining(before.auditLog));
      for (const mode of ['KEYWORD', 'VECTOR']) {
        const input = { query: 'harbour freezes', knowledgeBaseIds: [knowledgeBaseId], mode };
        const { searchKnowledge } = await eventually(
          () => product.ask(SEARCH, { input }, signIn.accessToken),
          (found) => found.searchKnowledge.length > 0,
        );
        expect(searchKnowledge[0].passage.text).toBe(HARBOUR);
      }
      const bob = await Person.signUp(product, 'Bob');
      const { runId } = await bob.send((await bob.startConversation()).conversationId, 'Hello?');
      expect((await bob.follow(runId)).last.__typename).toBe('RunFinished');
      await product.stop();
    });

    it('refuses a target that has data, unless --overwrite is given', async () => {
      const refused = await runCommand('restore', [folder], place.there);
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain('There are data already.');
      expect(await runCommand('restore', [folder, '--overwrite'], place.there)).toMatchObject({ code: 0, stderr: '' });
      const product = await start(place.there);
      const { signIn } = await product.ask(SIGN_IN, { input: { email: ada.email, password: PASSWORD } });
      expect((await seen(product, signIn.accessToken)).bytes).toBe(HARBOUR);
      await product.stop();
    });

    it('is restored to the embedded database, and a backup of that to the original engine', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'parley-crossed-'));
      const crossed = { DATA_DIR: join(directory, 'data') };
      const again = join(directory, 'again');
      expect(await runCommand('restore', [folder], crossed)).toMatchObject({ code: 0, stderr: '' });
      expect(await runCommand('backup', [again], crossed)).toMatchObject({ code: 0, stderr: '' });
      expect(await runCommand('restore', [again, '--overwrite'], place.there)).toMatchObject({ code: 0, stderr: '' });
      rmSync(directory, { recursive: true, force: true });
    }, 300_000);
  });
}
