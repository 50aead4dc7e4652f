import { describe, expect, it } from '@jest/globals';
import { readDocument } from '../read.ts';
import { languageOf } from './languages.ts';

async function read(name: string, content: string) {
  const { kind, pages, warnings } = await readDocument(Buffer.from(content), { name, mediaType: '' });
  return { kind, text: pages.map((page) => page.text).join('\n\n'), warnings };
}

describe('reading JSON', () => {
  it('keeps a small file whole, with its escapes decoded', async () => {
    expect(await read('a.json', '{ "name": "\\u00e9t\\u00e9", "n": [1, 2] }')).toMatchObject({
      kind: 'json',
      text: '```json\n{"name":"été","n":[1,2]}\n```',
    });
  });

  it('splits a large file into parts under their paths, and loses nothing', async () => {
    const users = Array.from({ length: 100 }, (_, id) => ({ id, name: `User ${id} of the harbour office` }));
    const { text } = await read('a.json', JSON.stringify({ users, about: 'x'.repeat(2000), settings: { deep: { theme: 'dark' } } }));
    for (const user of users) expect(text).toContain(JSON.stringify(user));
    expect(text).toContain('## users[0 to ');
    expect(text).toContain(`## about\n\n${'x'.repeat(2000)}`);
    expect(text).toContain('{"settings":{"deep":{"theme":"dark"}}}');
  });

  it('accepts comments, and JSON Lines', async () => {
    expect((await read('a.json', '{ // why\n "a": 1, }')).text).toContain('// why');
    expect((await read('a.json', '{"a":1}\n{"a":2}')).text).toBe('```json\n{"a":1}\n{"a":2}\n```');
  });

  it('numbers the lines of a long JSON Lines file, and keeps a line that is not JSON', async () => {
    const { text } = await read(
      'a.jsonl',
      Array.from({ length: 80 }, (_, n) => `{"n":${n},"note":"a line of the log"}`).join('\n') + '\nbroken',
    );
    expect(text).toMatch(/^## Lines 1 to \d+\n\n/);
    expect(text).toContain('{"n":79,"note":"a line of the log"}\nbroken');
  });

  it.each([
    ['lists', '['.repeat(300_000)],
    ['closed lists', `${'['.repeat(300_000)}${']'.repeat(300_000)}`],
    ['objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('returns text or fails with a code for deeply nested %s', async (_what, content) => {
    const outcome = await read('a.json', content).catch((error: { code: string }) => error);
    expect(outcome).toEqual(expect.objectContaining('code' in outcome ? { code: expect.stringMatching(/^DOCUMENT_/) } : { kind: 'json' }));
  });
});

describe('reading XML', () => {
  it('makes a record of each element of a large file, below its path', async () => {
    const ports = Array.from({ length: 60 }, (_, n) => `<port id="${n}"><name>Port ${n}</name><note>for ships of the coast</note></port>`);
    const { text } = await read('a.xml', `<?xml version="1.0"?><list xmlns="urn:x">${ports.join('')}</list>`);
    expect(text.split('\n').slice(0, 4)).toEqual([
      '## list',
      '',
      '- port: id: 0; name: Port 0; note: for ships of the coast',
      '- port: id: 1; name: Port 1; note: for ships of the coast',
    ]);
    expect(text).toContain('Port 59');
  });

  it('reads paragraphs with inline elements as running text', async () => {
    expect((await read('a.xml', `<book><p>The <b>tide</b> rises.</p></book>`)).text).toBe('- p: The tide rises.');
  });

  it('says so where a file is truncated, and reads text that is not XML', async () => {
    expect(await read('a.xml', '<a><b>one</b><b>tw')).toMatchObject({ warnings: [{ code: 'CUT' }] });
    expect((await read('a.xml', 'no marks at all')).text).toBe('no marks at all');
  });
});

describe('reading notebooks', () => {
  it('accepts the third format, and files that are not notebooks', async () => {
    const cells = [
      { cell_type: 'heading', source: ['Tides'] },
      { cell_type: 'code', input: ['print(1)'], outputs: [{ output_type: 'pyerr', ename: 'NameError', evalue: 'no tide' }] },
    ];
    const { text } = await read('a.ipynb', JSON.stringify({ nbformat: 3, worksheets: [{ cells }] }));
    expect(text).toBe('Tides\n\n```python\nprint(1)\n```\n\nOutput:\n\n```\nNameError: no tide\n```');
    expect((await read('a.ipynb', '{"a": 1}')).text).toContain('{"a":1}');
  });
});

describe('languageOf', () => {
  it.each([
    ['tide.py', 'python'],
    ['src/App.TSX', 'tsx'],
    ['Dockerfile', 'dockerfile'],
    ['Dockerfile.prod', 'dockerfile'],
    ['CMakeLists.txt', 'cmake'],
    ['.env', 'ini'],
    ['.env.local', 'ini'],
    ['env.py', 'python'],
    ['.gitignore', 'text'],
    ['constructor', null],
    ['a.constructor', null],
    ['report.final', null],
    ['.py', null],
  ])('returns for %s the language %s', (name, language) => expect(languageOf(name)).toBe(language));
});
