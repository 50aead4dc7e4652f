import { describe, expect, it } from '@jest/globals';
import { extract } from './extract.ts';

const HTML = { name: 'page.html', mediaType: 'text/html' };
const TEXT = { name: 'note.txt', mediaType: 'text/plain' };
const patient = () => AbortSignal.timeout(60_000);

describe('extract', () => {
  it('reads in a thread of its own', async () => {
    expect(await extract(Buffer.from('Hello.'), TEXT, patient())).toEqual({
      kind: 'text',
      pages: [{ number: null, start: 0, text: 'Hello.' }],
      chunks: [{ page: null, start: 0, end: 6, text: 'Hello.', heading: '' }],
      warnings: [],
    });
  });

  it('ends a reading that takes too long', async () => {
    const slow = Buffer.from(`<!doctype html><body>${'<p>word</p>'.repeat(400_000)}`);
    await expect(extract(slow, HTML, patient(), { milliseconds: 300, megabytes: 512 })).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_COMPLEX',
    });
  });

  it('ends a reading that takes too much memory, and the process lives', async () => {
    const large = Buffer.from(`<!doctype html><body>${'<p><b>word</b></p>'.repeat(400_000)}`);
    await expect(extract(large, HTML, patient(), { milliseconds: 60_000, megabytes: 48 })).rejects.toMatchObject({
      code: 'DOCUMENT_TOO_COMPLEX',
    });
    expect((await extract(Buffer.from('Still here.'), TEXT, patient())).pages).toHaveLength(1);
  });

  it('ends with the work that asked for it', async () => {
    const abort = new AbortController();
    const reading = extract(Buffer.from(`<!doctype html><body>${'<p>word</p>'.repeat(400_000)}`), HTML, abort.signal);
    setImmediate(() => abort.abort(new Error('shutting down')));
    await expect(reading).rejects.toThrow('shutting down');
  });

  it('passes a failure on as what it is', async () => {
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
