import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { send, type RawAnswer } from '../support/raw/http.ts';

let product: Product;
let ada: Person;
let baseId: string;
beforeAll(async () => {
  product = await startProduct({ env: { MAX_UPLOAD_MB: '1' } });
  ada = await Person.signUp(product);
  const made = await ada.ask('mutation { createKnowledgeBase(input: { name: "Uploads" }) { knowledgeBase { id } } }');
  baseId = made.createKnowledgeBase.knowledgeBase.id;
});
afterAll(() => product.stop());

const MEGABYTE = 1024 * 1024;

/** Adds a document that awaits its file; returns its id and the path for the upload. */
async function announce(
  name = 'a.txt',
  mediaType = 'text/plain',
  sizeBytes = MEGABYTE,
): Promise<{ id: string; path: string; name: string }> {
  const { addDocument: added } = await ada.ask(
    'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { document { id name } uploadUrl } }',
    {
      input: { knowledgeBaseId: baseId, name, mediaType, sizeBytes },
    },
  );
  return { id: added.document.id, path: added.uploadUrl.slice(product.url.length), name: added.document.name };
}

const put = (path: string, body: Uint8Array | string, headers: Record<string, string> = {}) =>
  send(product, path, { method: 'PUT', body: body as never, headers });
const summary = ({ status, code }: RawAnswer) => ({ status, code });
const stored = () =>
  readdirSync(join(product.dataDir, 'files'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

/** Returns the upload files that a process has open. */
function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        // The descriptor was closed since the listing.
        return '';
      }
    })
    .filter((file) => file.startsWith(join(product.dataDir, 'files')));
}

async function download(id: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: Headers; bytes: Buffer }> {
  const { document } = await eventually(
    () => ada.ask('query ($id: ID!) { document(id: $id) { downloadUrl status } }', { id }),
    (data) => data.document.downloadUrl,
  );
  const response = await fetch(document.downloadUrl, { headers });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe('the upload endpoint', () => {
  it('refuses a file without bytes', async () => {
    expect(summary(await put((await announce()).path, ''))).toEqual({ status: 400, code: 'DOCUMENT_EMPTY' });
  });

  it('refuses a file that declares too large a size, and stores nothing', async () => {
    const { path } = await announce();
    const before = stored();
    expect(summary(await put(path, Buffer.alloc(MEGABYTE + 1, 'x')))).toEqual({ status: 413, code: 'DOCUMENT_TOO_LARGE' });
    expect(stored()).toBe(before);
  });

  it('refuses a file that turns out too large without a declared size, and stores nothing', async () => {
    const { path } = await announce();
    const before = stored();
    expect(await putInPieces(path, MEGABYTE + 100_000)).toBe(413);
    await eventually(
      async () => stored(),
      (count) => count === before,
    );
  });

  it('refuses more bytes than were announced, and stores nothing', async () => {
    const { path } = await announce('a.txt', 'text/plain', 10);
    const before = stored();
    expect(summary(await put(path, 'eleven bytes'))).toEqual({ status: 413, code: 'DOCUMENT_TOO_LARGE' });
    expect(await putInPieces(path, 100_000)).toBe(413);
    await eventually(
      async () => stored(),
      (count) => count === before,
    );
    expect((await put(path, 'ten bytes!')).status).toBe(200);
  });

  it('stores nothing of an upload that breaks off half way, and accepts another one at its address', async () => {
    const { path } = await announce();
    const before = stored();
    await breakOff(path);
    await eventually(
      async () => stored(),
      (count) => count === before,
    );
    expect((await put(path, 'the bytes')).status).toBe(200);
  });

  it('stores nothing of an upload that breaks off before it is read, and leaves no file open', async () => {
    const { hostname, port } = new URL(product.url);
    const before = stored();
    const { path } = await announce();
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        const socket = connect(Number(port), hostname);
        socket.on('error', () => undefined);
        const head = `PUT ${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nhalf a`;
        // The stream ends together with the headers, while the server still verifies the address.
        socket.resume().end(head);
        await once(socket, 'close');
      }),
    );
    await eventually(
      async () => stored(),
      (count) => count === before,
    );
    expect(openFiles(product.pid)).toEqual([]);
  });

  it('accepts exactly one of several simultaneous uploads to one address', async () => {
    const { path } = await announce();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => put(path, `bytes of ${n}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410]);
    expect(summary(await put(path, 'later'))).toEqual({ status: 410, code: 'UPLOAD_EXPIRED' });
  });

  it('requires a signed address that was issued for uploads', async () => {
    const { path } = await announce();
    const changed = path.replace(/\.(.)(?=[^.]*$)/, (_dot, first) => `.${first === 'A' ? 'B' : 'A'}`);
    const { id } = await addDocument(ada, baseId, { name: 'b.txt', mediaType: 'text/plain', content: `a text of ${Date.now()}` });
    const { document } = await ada.ask('query ($id: ID!) { document(id: $id) { downloadUrl } }', { id });
    for (const wrong of [
      '/files/upload/x',
      changed,
      document.downloadUrl.replace(`${product.url}/files/`, '/files/upload/'),
      `/files/upload/${ada.token}`,
    ]) {
      expect(summary(await put(wrong, 'bytes'))).toEqual({ status: 404, code: 'NOT_FOUND' });
    }
    expect((await send(product, path.replace('/upload', ''))).code).toBe('NOT_FOUND');
  });
});

describe('a stored file with misleading content', () => {
  it('fails to be read where it is a DOCX that inflates to a gigabyte', async () => {
    const bomb = zip('word/document.xml', Buffer.alloc(200 * MEGABYTE, ' '));
    const { status, failureCode } = await addDocument(ada, baseId, {
      name: 'bomb.docx',
      mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      content: bomb,
    });
    expect({ status, failed: failureCode?.startsWith('DOCUMENT_') }).toEqual({ status: 'FAILED', failed: true });
    expect((await product.graph('{ __typename }')).status).toBe(200);
  });

  it('is not served as HTML where it is both PDF and HTML', async () => {
    const { id, path } = await announce('polyglot.pdf', 'application/pdf');
    await put(path, '%PDF-1.7\n<html><script>alert(1)</script></html>');
    const { headers } = await download(id);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toMatch(/^application\/(pdf|octet-stream)/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it.each([
    ['page.html', 'text/html', '<html><script>alert(1)</script><p>Hello there, whoever reads this.</p></html>'],
    ['picture.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['note.txt', 'text/plain', 'just text'],
  ])('%s is downloaded and not shown inline', async (name, mediaType, content) => {
    const { id, path } = await announce(name, mediaType);
    if ((await put(path, content)).status !== 200) return;
    const { headers } = await download(id);
    expect(headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  it.each([
    ['with folders', '../../etc/passwd.txt'],
    ['with folders of Windows', '..\\..\\x.txt'],
    ['with a drive', 'C:\\x.txt'],
    ['of a Windows device', 'con.txt'],
    ['with a right-to-left override', '\u202etxt.exe'],
    ['of 5,000 characters', `${'n'.repeat(5000)}.txt`],
    ['with quotes', 'a"; filename="evil.exe.txt'],
    ['with line ends', 'crlf\r\nset-cookie: a=b.txt'],
    ['in another script', 'ü 文.txt'],
  ])('keeps a file name %s for display only, out of paths and headers', async (_what, name) => {
    const { id, path } = await announce(name, 'text/plain');
    expect((await put(path, `content for ${name.slice(0, 40)}`)).status).toBe(200);
    const { headers } = await download(id);
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-disposition')).toMatch(/^attachment; filename="[^"\\/]{1,210}"; filename\*=UTF-8''[\w%.~!$&+^`|-]+$/);
    expect(headers.get('content-disposition')).not.toMatch(/\.\.%2F|%E2%80%AE/i);
  });

  it('is refused where its name has NUL', async () => {
    expect(
      await ada.refused('mutation ($input: AddDocumentInput!) { addDocument(input: $input) { uploadUrl } }', {
        input: { knowledgeBaseId: baseId, name: 'a\0.txt', mediaType: 'text/plain', sizeBytes: 1 },
      }),
    ).toBe('BAD_USER_INPUT');
  });
});

describe('the download endpoint', () => {
  const pdf = readFileSync('tests/documents/test.pdf');

  it('shows a PDF inline, in ranges where they are requested', async () => {
    const { id } = await addDocument(ada, baseId, { name: 'test.pdf', mediaType: 'application/pdf', content: pdf });
    const whole = await download(id);
    expect(whole.headers.get('content-type')).toBe('application/pdf');
    expect(whole.headers.get('content-disposition')).toMatch(/^inline;/);
    expect(whole.bytes.equals(pdf)).toBe(true);

    const part = await download(id, { range: 'bytes=100-199' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${pdf.length}`);
    expect(part.bytes.equals(pdf.subarray(100, 200))).toBe(true);
    expect((await download(id, { range: 'bytes=-50' })).bytes.equals(pdf.subarray(-50))).toBe(true);
    expect((await download(id, { range: `bytes=${pdf.length}-` })).status).toBe(416);
    expect((await download(id, { range: 'bytes=0-1,5-9' })).status).toBe(200);
  });
});

/** Sends that many bytes without a Content-Length; returns the status of the answer. */
function putInPieces(path: string, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(product.url + path, { method: 'PUT' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sending.on('error', reject);
    for (let sent = 0; sent < size; sent += 50_000) sending.write(Buffer.alloc(50_000, 'x'));
    sending.end();
  });
}

function breakOff(path: string): Promise<void> {
  return new Promise((resolve) => {
    const sending = request(product.url + path, { method: 'PUT', headers: { 'content-length': '100000' } });
    sending.on('error', () => resolve());
    sending.write(Buffer.alloc(50_000, 'x'), () => sending.destroy(new Error('gone')));
  });
}

/** Builds a ZIP archive of one entry (APPNOTE 6.3.9), without checksums, which the reader does not verify. */
function zip(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  local.copy(central, 6, 4, 30);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, central, Buffer.from(name), end]);
}
