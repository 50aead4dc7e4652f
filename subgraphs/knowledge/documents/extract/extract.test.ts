import { describe, expect, it } from '@jest/globals';
import { extract } from './extract.ts';

const HTML = { name: 'page.html', mediaType: 'text/html' };
const TEXT = { name: 'note.txt', mediaType: 'text/plain' };
const patient = () => AbortSignal.timeout(60_000);

describe('extract', () => {
  it('runs in a separate thread', async () => {
    expect(await extract(Buffer.from('Hello.'), TEXT, patient())).toEqual({
      kind: 'text',
      pages: [{ number: null, start: 0, text: 'Hello.' }],
      chunks: [{ page: null, start: 0, end: 6, text: 'Hello.', heading: '' }],
      warnings: [],
    });
  });

  it.each([
    ['a word without an end', TEXT, 'lighthouse'.repeat(200_000)],
    ['a long run of blanks within a line', TEXT, `a${' '.repeat(1_000_000)}b`],
    ['sequences of a terminal that are never closed', TEXT, `${'\x1b]0;title'.repeat(50_000)} ${'word'.repeat(200_000)}`],
    ['tags that are never closed', HTML, `<!doctype html><p>text</p>${'<body '.repeat(200_000)}`],
    ['code with a long run of blanks', HTML, `<!doctype html><pre>a${' '.repeat(300_000)}b</pre>`],
    ['doctypes that are never closed', HTML, `<!doctype html><p>text</p>${'<!doctype '.repeat(100_000)}`],
    [
      'tables that span more than they hold',
      HTML,
      `<!doctype html><table>${'<tr><td rowspan=65000 colspan=65000>x</td></tr>'.repeat(2000)}</table>`,
    ],
    ['quotation marks that are never closed', { name: 'a.csv', mediaType: 'text/csv' }, `a,b\n${'"x,'.repeat(200_000)}`],
    ['headings without an end', { name: 'a.md', mediaType: 'text/markdown' }, `text\n${'#'.repeat(500_000)} x\n${'='.repeat(500_000)} x`],
  ])('takes at most linear time for %s', async (_what, declared, text) => {
    const read = extract(Buffer.from(text), declared, patient(), { milliseconds: 25_000, megabytes: 1024 });
    await expect(read).resolves.toMatchObject({ pages: expect.any(Array) });
  });

  it('fails after its time limit', async () => {
    const slow = Buffer.from(`<!doctype html><body>${'<p>word</p>'.repeat(400_000)}`);
    await expect(extract(slow, HTML, patient(), { milliseconds: 300, megabytes: 512 })).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_COMPLEX',
    });
  });

  it('fails at its memory limit, and the process continues', async () => {
    const large = Buffer.from(`<!doctype html><body>${'<p><b>word</b></p>'.repeat(400_000)}`);
    await expect(extract(large, HTML, patient(), { milliseconds: 60_000, megabytes: 48 })).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_COMPLEX',
    });
    expect((await extract(Buffer.from('Still here.'), TEXT, patient())).pages).toHaveLength(1);
  });

  it('is aborted with its caller', async () => {
    const abort = new AbortController();
    const reading = extract(Buffer.from(`<!doctype html><body>${'<p>word</p>'.repeat(400_000)}`), HTML, abort.signal);
    setImmediate(() => abort.abort(new Error('shutting down')));
    await expect(reading).rejects.toThrow('shutting down');
  });

  it('passes a failure of the reader on with its code', async () => {
    await expect(extract(Buffer.alloc(0), TEXT, patient())).rejects.toMatchObject({
      code: 'DOCUMENT_EMPTY',
      message: 'The file is empty.',
    });
    await expect(extract(Buffer.from('x'), { name: 'a.pdf', mediaType: '' }, patient())).rejects.toMatchObject({
      code: 'DOCUMENT_TYPE_MISMATCH',
      message: 'The content of the file is plain text, though it was declared as a PDF.',
    });
  });
});
