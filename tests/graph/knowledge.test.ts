import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument, type AddedDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';

const CREATE =
  'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id name description } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id name status downloadUrl } uploadUrl } }';
const DELETE = 'mutation ($input: DeleteDocumentInput!) { deleteDocument(input: $input) { deletedId } }';
const RETRY = 'mutation ($input: RetryDocumentInput!) { retryDocument(input: $input) { document { status } } }';
const READ = `query ($id: ID!) { document(id: $id) {
  id name mediaType sha256 status characterCount passageCount updatedAt downloadUrl duplicateOf { id } knowledgeBase { id documentCount passageCount } pages(first: 100) { number start end text } } }`;
const SEARCH =
  'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { score marks { start end } passage { id page start end text document { id name } } } }';

let product: SharedProduct;
let ada: Person;

const bytesOf = (name: string) => readFileSync(resolve('tests/documents', name));
const upload = (knowledgeBaseId: string, name: string, content: string | Uint8Array, mediaType = 'application/octet-stream') =>
  addDocument(ada, knowledgeBaseId, { name, mediaType, content });
const filesOf = ({ dataDir }: SharedProduct) => {
  const folder = join(dataDir, 'files');
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        // A file may be deleted while the folder is being listed.
        statSync(join(folder, name), { throwIfNoEntry: false })?.isFile(),
      )
    : [];
};

async function createBase(person = ada, name = 'Papers'): Promise<string> {
  return (await person.ask(CREATE, { input: { name } })).createKnowledgeBase.knowledgeBase.id;
}

const search = async (query: string, knowledgeBaseIds?: string[]) =>
  (await ada.ask(SEARCH, { input: { query, knowledgeBaseIds } })).searchKnowledge as any[];

beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
});
afterAll(() => product?.leave());

describe('the ingest of real documents', () => {
  let base: string;
  beforeAll(async () => void (base = await createBase()));

  it.each([
    ['RECEIPT-2024-TXN-98765_retail_purchase.pdf', 'application/pdf', 1, 'Wireless Noise-Cancelling'],
    ['REPAIR-2022-INV-001_multipage.pdf', 'application/pdf', 3, 'Policy # | IM-BATMAN | Model | Batmobile'],
    [
      'SPARSE-2024-INV-1234_borderless_table.pdf',
      'application/pdf',
      2,
      'SKU-9201 | Hardware | $32.50 | $25,285.00 | 2024-10-22 | Verified',
    ],
    ['masterformat_partial_numbering.pdf', 'application/pdf', 1, 'Instructions to Respondents'],
    ['movie-theater-booking-2024.pdf', 'application/pdf', 1, 'Premier Entertainment Group'],
    ['test.pdf', 'application/pdf', 1, 'multi-agent conversations'],
    ['equations.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', null, 'sin θ=(mλ)/(a)'],
    ['test.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', null, '# Abstract'],
    ['test_with_comment.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', null, '# Abstract'],
    ['test_blog.html', 'text/html', null, 'level 2 algebra'],
    ['test.epub', 'application/epub+zip', 2, 'This is a blockquote for testing.'],
    ['test.pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation', 6, 'AutoGen is an open-source framework'],
    ['test.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 2, '- Alpha: 89; Beta: 82; Gamma: 100; Delta: 12'],
    ['test_outlook_msg.msg', 'application/vnd.ms-outlook', null, '- From: M. C. Kurtuluş <test.sender@example.com>'],
    ['test_mskanji.csv', 'text/csv', null, '- 名前: 髙橋淳; 年齢: 35; 住所: 名古屋'],
  ])('reads the text of %s', async (name, mediaType, pageCount, text) => {
    const added = await upload(base, name, bytesOf(name));
    expect(added).toMatchObject({ status: 'READY', failure: null, pageCount });
    expect(added.passageCount).toBeGreaterThan(0);
    const { document } = await ada.ask(READ, { id: added.id });
    expect(document.mediaType).toBe(mediaType);
    expect(document.pages.map((page: any) => page.text).join('\n\n')).toContain(text);
    expect(document.pages.map((page: any) => page.number)).toEqual(
      pageCount === null ? [null] : Array.from({ length: pageCount }, (_, index) => index + 1),
    );
  });

  it.each([['random.bin', 'DOCUMENT_TYPE_UNSUPPORTED', /binary data/]])(
    'names the reason why it cannot read %s',
    async (name, failureCode, failure) => {
      const added = await upload(base, name, bytesOf(name));
      expect(added).toMatchObject({ status: 'FAILED', failureCode, failure: expect.stringMatching(failure), passageCount: 0 });
    },
  );

  it('makes each page searchable by its text, and cites it exactly', async () => {
    const [hit] = await search('What is the policy number of Bruce Wayne?', [base]);
    expect(hit.passage).toMatchObject({ page: 2, document: { name: 'REPAIR-2022-INV-001_multipage.pdf' } });
    const { document } = await ada.ask(READ, { id: hit.passage.document.id });
    const page = document.pages.find(({ number }: any) => number === 2);
    expect(page.text.slice(hit.passage.start - page.start, hit.passage.end - page.start)).toBe(hit.passage.text);
    expect(hit.marks.map(({ start, end }: any) => hit.passage.text.slice(start, end)).join(' ')).toContain('Bruce Wayne');
  });

  it('makes Japanese text searchable by a question in Japanese', async () => {
    const [hit] = await search('名古屋に住んでいるのは誰ですか', [base]);
    expect(hit.passage.document.name).toBe('test_mskanji.csv');
  });

  it('keeps the original file for download, byte for byte', async () => {
    const [hit] = await search('multi-agent conversations', [base]);
    const { document } = await ada.ask(READ, { id: hit.passage.document.id });
    const response = await fetch(document.downloadUrl);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytesOf(document.name))).toBe(true);
  });

  it('counts documents and passages of a knowledge base', async () => {
    const { knowledgeBase } = await ada.ask(
      'query ($id: ID!) { knowledgeBase(id: $id) { documentCount passageCount documents(first: 3) { totalCount edges { node { passageCount } cursor } pageInfo { hasNextPage } } } }',
      { id: base },
    );
    expect(knowledgeBase).toMatchObject({ documentCount: 16, documents: { totalCount: 16, pageInfo: { hasNextPage: true } } });
    expect(knowledgeBase.passageCount).toBeGreaterThan(11);
  });
});

describe('a document', () => {
  it('awaits its file, with a name without folders and control characters', async () => {
    const base = await createBase();
    const named = async (name: string) =>
      (await ada.ask(ADD, { input: { knowledgeBaseId: base, name, mediaType: 'text/plain', sizeBytes: 4 } })).addDocument.document;
    expect(await named('../../etc/passwd.txt')).toMatchObject({ name: 'passwd.txt', status: 'AWAITING_FILE', downloadUrl: null });
    expect((await named('C:\\Windows\\con')).name).toBe('con');
    expect((await named('invoice\u202efdp.exe')).name).toBe('invoicefdp.exe');
    expect((await named(' \u200b ')).name).toBe('Untitled');
    const long = (await named(`${'x'.repeat(5_000)}.txt`)).name;
    expect(long).toMatch(/^x+\.txt$/);
    expect(long.length).toBeLessThanOrEqual(200);
    expect(await ada.refused(ADD, { input: { knowledgeBaseId: base, name: 'a\0b', mediaType: '', sizeBytes: 1 } })).toBe('BAD_USER_INPUT');
  });

  it.each([
    [0, 'DOCUMENT_EMPTY'],
    [-1, 'BAD_USER_INPUT'],
    [1.5, 'BAD_USER_INPUT'],
    [1e15, 'DOCUMENT_TOO_LARGE'],
  ])('of %p announced bytes is refused: %s', async (sizeBytes, code) => {
    const input = { knowledgeBaseId: await createBase(), name: 'a.txt', mediaType: 'text/plain', sizeBytes };
    expect(await ada.refused(ADD, { input })).toBe(code);
  });

  it('accepts exactly one upload of its file', async () => {
    const input = { knowledgeBaseId: await createBase(), name: 'a.txt', mediaType: 'text/plain', sizeBytes: 5 };
    const { uploadUrl } = (await ada.ask(ADD, { input })).addDocument;
    const put = (body: string) => fetch(uploadUrl, { method: 'PUT', body });
    const statuses = await Promise.all(['first', 'other', 'third'].map(async (body) => (await put(body)).status));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect((await put('later')).status).toBe(410);
  });

  it('streams each stage of its ingest to subscribers', async () => {
    const base = await createBase();
    const query =
      'subscription ($id: ID!) { documentEvents(knowledgeBaseId: $id) { documentId status stage progress document { name status knowledgeBase { id } } } }';
    const events: any[] = [];
    const iterator = product.socket(ada.token).iterate({ query, variables: { id: base } });
    const watched = (async () => {
      for await (const { data } of iterator) {
        events.push((data as any).documentEvents);
        if (events.at(-1).stage === 'DELETED') return;
      }
    })();
    // The subscription is active once it has delivered an event of an earlier document.
    await ada.ask(ADD, { input: { knowledgeBaseId: base, name: 'announced.txt', mediaType: 'text/plain', sizeBytes: 4 } });
    await eventually(
      async () => events.length,
      (count) => count > 0,
    );
    const { id } = await upload(base, 'long.txt', 'A sentence about sailing boats. '.repeat(3_000));
    await ada.ask(DELETE, { input: { id } });
    await watched;
    const stages = events.filter((event) => event.documentId === id).map(({ stage }) => stage);
    expect([...new Set(stages)]).toEqual(['AWAITING_FILE', 'QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING', 'READY', 'DELETED']);
    const progress = events.filter(({ stage }) => stage === 'EMBEDDING').map((event) => event.progress);
    expect(progress).toEqual([...progress].sort((left, right) => left - right));
    expect(new Set(progress).size).toBeGreaterThan(2);
    expect(events.at(-1)).toMatchObject({ documentId: id, status: null, document: null });
    expect(events.find(({ documentId }) => documentId === id).document).toMatchObject({ name: 'long.txt', knowledgeBase: { id: base } });
  });

  it('leaves no passage, vector or file behind when it is deleted', async () => {
    const before = filesOf(product);
    const base = await createBase();
    const { id } = await upload(base, 'secret.md', '# Secret\n\nThe zanzibar protocol is signed.');
    expect(await search('zanzibar protocol', [base])).toHaveLength(1);
    await ada.ask(DELETE, { input: { id } });
    expect(await search('zanzibar protocol', [base])).toEqual([]);
    expect(await ada.refused(READ, { id })).toBe('NOT_FOUND');
    await eventually(
      async () => filesOf(product).filter((file) => !before.includes(file)),
      (left) => left.length === 0,
    );
  });

  it('is deleted with its knowledge base', async () => {
    const before = filesOf(product);
    const base = await createBase();
    const { id } = await upload(base, 'a.txt', 'The quokka lives on Rottnest Island.');
    await ada.ask('mutation ($id: ID!) { deleteKnowledgeBase(input: { id: $id }) { deletedId } }', { id: base });
    expect(await ada.refused(READ, { id })).toBe('NOT_FOUND');
    expect(await ada.refused(SEARCH, { input: { query: 'quokka', knowledgeBaseIds: [base] } })).toBe('NOT_FOUND');
    expect((await search('quokka')).filter((hit) => hit.passage.document.id === id)).toEqual([]);
    await eventually(
      async () => filesOf(product).filter((file) => !before.includes(file)),
      (left) => left.length === 0,
    );
  });

  it('may be read again only after it failed, and fails again for the same reason', async () => {
    const base = await createBase();
    const [ready, failed] = [await upload(base, 'fine.txt', 'Fine.'), await upload(base, 'broken.pdf', '%PDF-1.7 broken')];
    expect(failed).toMatchObject({ status: 'FAILED', failureCode: 'DOCUMENT_BROKEN' });
    expect(await ada.refused(RETRY, { input: { id: ready.id } })).toBe('BAD_USER_INPUT');
    expect((await ada.ask(RETRY, { input: { id: failed.id } })).retryDocument.document.status).toBe('QUEUED');
    const state = async () => (await ada.ask(READ, { id: failed.id })).document as AddedDocument;
    await eventually(state, ({ status }) => status === 'FAILED');
  });
});

describe('a document with the bytes of another one', () => {
  const text = 'Penguins of the species Eudyptes lay two eggs.';

  it('is not read a second time in the same knowledge base, and is marked as a duplicate', async () => {
    const base = await createBase();
    const [first, second] = [await upload(base, 'one.txt', text), await upload(base, 'two.txt', text)];
    const { document } = await ada.ask(READ, { id: second.id });
    expect(document).toMatchObject({ status: 'READY', passageCount: 0, duplicateOf: { id: first.id }, pages: [{ text }] });
    const hits = await search('Eudyptes eggs', [base]);
    expect(hits.map((hit) => hit.passage.document.id)).toEqual([first.id]);
  });

  it('is searched in place of the original when that is deleted', async () => {
    const base = await createBase();
    const [first, second, third] = [
      await upload(base, 'one.txt', text),
      await upload(base, 'two.txt', text),
      await upload(base, 'three.txt', text),
    ];
    await ada.ask(DELETE, { input: { id: first.id } });
    const promoted = async () => (await ada.ask(READ, { id: second.id })).document;
    await eventually(promoted, ({ status, passageCount }) => status === 'READY' && passageCount === 1);
    expect((await ada.ask(READ, { id: third.id })).document.duplicateOf.id).toBe(second.id);
    expect((await search('Eudyptes eggs', [base])).map((hit) => hit.passage.document.id)).toEqual([second.id]);
  });

  it('is read once even when both arrive at the same time', async () => {
    const base = await createBase();
    const added = await Promise.all(['a.txt', 'b.txt', 'c.txt', 'd.txt'].map((name) => upload(base, name, text)));
    const documents = await Promise.all(added.map(async ({ id }) => (await ada.ask(READ, { id })).document));
    expect(documents.filter(({ duplicateOf }) => duplicateOf === null)).toHaveLength(1);
    expect(await search('Eudyptes eggs', [base])).toHaveLength(1);
  });

  it('is read separately in another knowledge base', async () => {
    const [one, other] = [await createBase(), await createBase()];
    await upload(one, 'a.txt', text);
    const { id } = await upload(other, 'a.txt', text);
    expect((await ada.ask(READ, { id })).document.duplicateOf).toBeNull();
  });
});
