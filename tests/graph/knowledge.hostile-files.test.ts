import { deflateRawSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument, type AddedDocument } from '../support/documents.ts';
import { Person } from '../support/person.ts';
import { sharedProduct, type SharedProduct } from '../support/product-pool/shared-product.ts';
import { zip, type ZipEntry } from '../support/files/zip.ts';

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const CREATE = 'mutation { createKnowledgeBase(input: { name: "Hostile" }) { knowledgeBase { id } } }';
const READ = 'query ($id: ID!) { document(id: $id) { mediaType downloadUrl pages { text } } }';

let product: SharedProduct;
let ada: Person;
let base: string;

const upload = (name: string, content: string | Uint8Array, mediaType = 'application/octet-stream') =>
  addDocument(ada, base, { name, mediaType, content });
const read = async ({ id }: AddedDocument) => (await ada.ask(READ, { id })).document;
const outcome = ({ status, failureCode }: AddedDocument) => failureCode ?? status;
const document = (name: string) => readFileSync(resolve('tests/documents', name));

const xml = (body: string, prolog = '') =>
  `<?xml version="1.0"?>${prolog}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${body}</w:t></w:r></w:p></w:body></w:document>`;
const TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const RELATIONS =
  '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';
const word = (body: string, more: ZipEntry[] = []) =>
  zip([
    { name: '[Content_Types].xml', data: TYPES },
    { name: '_rels/.rels', data: RELATIONS },
    { name: 'word/document.xml', data: body },
    ...more,
  ]);

beforeAll(async () => {
  product = await sharedProduct();
  ada = await Person.signUp(product);
  base = (await ada.ask(CREATE)).createKnowledgeBase.knowledgeBase.id;
});
afterAll(() => product?.leave());

describe('reading a hostile file', () => {
  it('reads the unchanged file (control)', async () => {
    const added = await upload('fine.docx', word(xml('An ordinary letter.')), DOCX);
    expect(outcome(added)).toBe('READY');
    expect((await read(added)).pages[0].text).toBe('An ordinary letter.');
  });

  it('refuses a compression ratio of a thousand', async () => {
    expect(
      outcome(await upload('bomb.docx', word(xml('x'), [{ name: 'word/zeros.xml', data: Buffer.alloc(60 * 1024 * 1024) }]), DOCX)),
    ).toBe('DOCUMENT_TOO_COMPLEX');
  });

  it('refuses more archive entries than a document ever has', async () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({ name: `word/${index}.xml`, data: '' }));
    expect(outcome(await upload('many.docx', word(xml('x'), many), DOCX))).toBe('DOCUMENT_TOO_COMPLEX');
  });

  it('refuses archive entries that hold more than they declare', async () => {
    const lying = { name: 'word/styles.xml', data: 'x', packed: deflateRawSync(Buffer.alloc(5_000_000)) };
    expect(outcome(await upload('lying.docx', word(xml('x'), [lying]), DOCX))).toBe('DOCUMENT_BROKEN');
  });

  it.each(['../../evil.xml', '/etc/evil.xml', 'word\\..\\evil.xml'])('writes no file for an archive entry named %s', async (name) => {
    expect(['DOCUMENT_BROKEN', 'READY']).toContain(outcome(await upload('slip.docx', word(xml('slip'), [{ name, data: 'evil' }]), DOCX)));
  });

  it('refuses XML entities that expand a billionfold or name a local file', async () => {
    const laughs = '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>';
    expect(outcome(await upload('laughs.docx', word(xml('&b;', laughs)), DOCX))).toBe('DOCUMENT_BROKEN');
    expect(outcome(await upload('entity.docx', word(xml('&x;', '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')), DOCX))).toBe(
      'DOCUMENT_BROKEN',
    );
  });

  it('refuses a file protected by a password, and says so', async () => {
    const container = Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(504),
      Buffer.from('EncryptedPackage', 'utf16le'),
      Buffer.alloc(512),
    ]);
    expect(outcome(await upload('secret.docx', container, DOCX))).toBe('DOCUMENT_ENCRYPTED');
    const pdf =
      '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n3 0 obj<</Filter/Standard/V 2/R 3/Length 128/P -4/O<' +
      '41'.repeat(32) +
      '>/U<' +
      '42'.repeat(32) +
      '>>>endobj\ntrailer<</Root 1 0 R/Size 4/Encrypt 3 0 R/ID[<00><00>]>>\n%%EOF';
    expect(outcome(await upload('secret.pdf', pdf, 'application/pdf'))).toBe('DOCUMENT_ENCRYPTED');
  });

  it('refuses a file that is cut off in the middle as damaged', async () => {
    expect(outcome(await upload('half.docx', document('test.docx').subarray(0, 60_000), DOCX))).toBe('DOCUMENT_BROKEN');
    expect(outcome(await upload('half.pdf', '%PDF-1.7\nnothing follows', 'application/pdf'))).toBe('DOCUMENT_BROKEN');
  });

  it('refuses a circular page tree within the time limit', async () => {
    const circle =
      '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 2/Kids[2 0 R 2 0 R]>>endobj\ntrailer<</Root 1 0 R/Size 3>>\n%%EOF';
    expect(outcome(await upload('circle.pdf', circle, 'application/pdf'))).toMatch(/^DOCUMENT_(BROKEN|NO_TEXT|TOO_COMPLEX)$/);
  });

  it('survives a file that is nested without end', async () => {
    expect(outcome(await upload('deep.html', `<!doctype html><body>${'<div>'.repeat(200_000)}deep`, 'text/html'))).toMatch(
      /^(DOCUMENT_TOO_COMPLEX|READY)$/,
    );
    expect(outcome(await upload('after.txt', 'Still here.', 'text/plain'))).toBe('READY');
  }, 120_000);

  it.each([
    ['a picture called a PDF', 'photo.pdf', Buffer.from('89504e470d0a1a0a0000', 'hex')],
    ['a PDF called text', 'notes.txt', document('test.pdf')],
    ['a workbook called a document', 'table.docx', document('test.xlsx')],
    ['text called a PDF', 'letter.pdf', 'Dear Sir'],
    ['a program called CSV', 'data.csv', Buffer.from(`7f454c46${'00'.repeat(64)}`, 'hex')],
  ])('refuses a file whose content contradicts its name: %s', async (_, name, content) => {
    const added = await upload(name, content);
    expect(outcome(added)).toBe('DOCUMENT_TYPE_MISMATCH');
    expect(added.failure).toMatch(/declared as/);
  });

  it('reads a file that is both HTML and PDF as PDF, and never serves it as a page', async () => {
    const polyglot = Buffer.concat([Buffer.from('<script>alert(1)</script>\n'), document('masterformat_partial_numbering.pdf')]);
    const added = await upload('both.pdf', polyglot, 'text/html');
    expect(outcome(added)).toBe('READY');
    const { mediaType, downloadUrl } = await read(added);
    expect(mediaType).toBe('application/pdf');
    const { headers } = await fetch(downloadUrl);
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it('reads the text of HTML and none of its scripts', async () => {
    const page =
      '<!doctype html><html><body><h1>Title</h1><p onclick="steal()">Words.</p><script>steal("cookie")</script><style>p{}</style><svg><text>svg</text></svg></body></html>';
    expect((await read(await upload('page.html', page, 'text/html'))).pages[0].text).toBe('# Title\n\nWords.');
  });

  it('refuses SVG', async () => {
    expect(
      outcome(await upload('drawing', '<svg xmlns="http://www.w3.org/2000/svg"><script>steal()</script></svg>', 'image/svg+xml')),
    ).toBe('DOCUMENT_TYPE_UNSUPPORTED');
  });

  it('fails a file without a visible character as empty', async () => {
    expect(outcome(await upload('blank.txt', ' \n\t \n', 'text/plain'))).toBe('DOCUMENT_EMPTY');
    expect(outcome(await upload('shell.html', '<!doctype html><html><body><script>1</script></body></html>', 'text/html'))).toBe(
      'DOCUMENT_EMPTY',
    );
  });

  it('removes characters that PostgreSQL refuses', async () => {
    const added = await upload(
      'odd.md',
      Buffer.concat([Buffer.from('Before '), Buffer.from([0]), Buffer.from(`after, and so on. ${'Ordinary words. '.repeat(40)}`)]),
    );
    expect(outcome(added)).toBe('READY');
    expect((await read(added)).pages[0].text).toContain('Before after');
  });
});
