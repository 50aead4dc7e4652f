import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiskFiles } from '../../infra/files/disk.ts';
import type { Files } from '../../infra/files/files.ts';

const adapters: Record<string, (directory: string) => Files> = { disk: (directory) => new DiskFiles(directory) };

describe.each(Object.entries(adapters))('files on %s', (_, open) => {
  let directory: string;
  let files: Files;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parley-files-'));
    files = open(join(directory, 'files'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const stored = () =>
    existsSync(directory)
      ? readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(directory, name)).isFile())
      : [];

  it('gives back the bytes that were put', async () => {
    const key = `documents/${randomUUID()}`;
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await files.put(key, Readable.from([bytes.subarray(0, 2), bytes.subarray(2)]));
    expect(await buffer(await files.get(key))).toEqual(bytes);
    expect(await files.size(key)).toBe(5);
    expect(await files.exists(key)).toBe(true);
  });

  it('leaves nothing behind when the stream fails', async () => {
    const before = stored();
    const failing = Readable.from(
      (async function* () {
        yield Buffer.alloc(70_000);
        throw new Error('the line went dead');
      })(),
    );
    const key = randomUUID();
    await expect(files.put(key, failing)).rejects.toThrow('the line went dead');
    expect(await files.exists(key)).toBe(false);
    expect(stored()).toEqual(before);
  });

  it('leaves nothing behind when the stream is destroyed half way', async () => {
    const before = stored();
    let sent = 0;
    const endless = new Readable({
      read() {
        sent += 1;
        if (sent === 10) this.destroy(new Error('aborted'));
        else this.push(Buffer.alloc(10_000));
      },
    });
    await expect(files.put(randomUUID(), endless)).rejects.toThrow('aborted');
    expect(stored()).toEqual(before);
  });

  it('keeps the old content until the new is whole', async () => {
    const key = randomUUID();
    await files.put(key, Readable.from([Buffer.from('old')]));
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('ne');
        expect((await buffer(await files.get(key))).toString()).toBe('old');
        throw new Error('broken');
      })(),
    );
    await expect(files.put(key, failing)).rejects.toThrow('broken');
    expect((await buffer(await files.get(key))).toString()).toBe('old');
    await files.put(key, Readable.from([Buffer.from('new')]));
    expect((await buffer(await files.get(key))).toString()).toBe('new');
  });

  it('moves a file, over another too', async () => {
    const [from, to] = [`staging/${randomUUID()}`, `documents/${randomUUID()}`];
    await files.put(from, Readable.from([Buffer.from('one')]));
    await files.put(to, Readable.from([Buffer.from('two')]));
    await files.move(from, to);
    expect(await files.exists(from)).toBe(false);
    expect((await buffer(await files.get(to))).toString()).toBe('one');
  });

  it('deletes, and is content when there is nothing to delete', async () => {
    const key = randomUUID();
    await files.put(key, Readable.from([Buffer.from('x')]));
    await files.delete(key);
    await files.delete(key);
    expect(await files.exists(key)).toBe(false);
    await expect(files.get(key)).rejects.toThrow();
    await expect(files.move(key, randomUUID())).rejects.toThrow();
  });

  it.each([
    '../outside',
    'a/../../outside',
    '/etc/passwd',
    '..\\outside',
    'C:\\x',
    'a\0b',
    'a//b',
    '',
    '.incoming/x',
    'con.txt',
    'a\u202eb',
    'x'.repeat(300),
  ])('refuses the key %j', async (key) => {
    const before = stored();
    await expect(files.put(key, Readable.from([Buffer.from('x')]))).rejects.toThrow();
    await expect(files.get(key)).rejects.toThrow();
    await expect(files.delete(key)).rejects.toThrow();
    expect(stored()).toEqual(before);
  });
});
