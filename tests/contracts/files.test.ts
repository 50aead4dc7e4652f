import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DiskFiles } from '../../infra/files/disk.ts';
import type { Files } from '../../infra/files/files.ts';
import { S3Files } from '../../infra/files/s3.ts';
import { openLog } from '../../infra/log.ts';
import { startS3 } from '../support/s3/start.ts';

interface Opened {
  files: Files;
  /** The folder of all bytes, of complete and partial files. */
  directory: string;
  close(): Promise<void>;
}

const MEGABYTE = 1024 * 1024;

const adapters: Record<string, () => Promise<Opened>> = {
  async disk() {
    const directory = await mkdtemp(join(tmpdir(), 'parley-files-'));
    return { directory, files: new DiskFiles(join(directory, 'files')), close: () => rm(directory, { recursive: true, force: true }) };
  },
  async s3() {
    const { address, directory, stop } = await startS3();
    return { directory, files: new S3Files(address, openLog('silent')), close: stop };
  },
};

describe.each(Object.entries(adapters))('the file store on %s', (_, open) => {
  let opened: Opened;
  let files: Files;

  beforeAll(async () => {
    opened = await open();
    ({ files } = opened);
    // The first file creates the folders that stay.
    await files.put('first', Readable.from([Buffer.from('x')]));
  });
  afterAll(() => opened.close());

  const stored = () =>
    readdirSync(opened.directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  const put = (key: string, content: string) => files.put(key, Readable.from([Buffer.from(content)]));
  const read = async (key: string) => text(await files.get(key));

  it('returns the stored bytes', async () => {
    const key = `documents/${randomUUID()}`;
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    await files.put(key, Readable.from([bytes.subarray(0, 2), bytes.subarray(2)]));
    expect(await buffer(await files.get(key))).toEqual(bytes);
    expect(await files.size(key)).toBe(5);
    expect(await files.exists(key)).toBe(true);
  });

  it('returns 30 MB that were stored without a declared length', async () => {
    const key = randomUUID();
    const sent = createHash('sha256');
    async function* pieces() {
      for (let piece = 0; piece < 30; piece += 1) {
        // Not a multiple of the part size.
        const bytes = randomBytes(MEGABYTE + piece);
        sent.update(bytes);
        yield bytes;
      }
    }
    await files.put(key, Readable.from(pieces()));
    const got = createHash('sha256');
    for await (const chunk of await files.get(key)) got.update(chunk as Buffer);
    expect(got.digest('hex')).toBe(sent.digest('hex'));
  });

  it('reads a byte range', async () => {
    const key = randomUUID();
    await put(key, '0123456789');
    expect(await text(await files.get(key, { start: 3, end: 5 }))).toBe('345');
    expect(await text(await files.get(key, { start: 9, end: 9 }))).toBe('9');
  });

  it.each([
    ['small', 70_000],
    ['large', 12 * MEGABYTE],
  ])('leaves no partial file when a %s stream fails', async (_size, bytes) => {
    const before = stored();
    const failing = Readable.from(
      (async function* () {
        for (let sent = 0; sent < bytes; sent += 70_000) yield Buffer.alloc(70_000);
        throw new Error('the line went dead');
      })(),
    );
    const key = randomUUID();
    await expect(files.put(key, failing)).rejects.toThrow('the line went dead');
    expect(await files.exists(key)).toBe(false);
    expect(stored()).toEqual(before);
  });

  it('leaves no partial file when the stream is destroyed half way', async () => {
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

  it('keeps the old content until the new one is complete', async () => {
    const key = randomUUID();
    await put(key, 'old');
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('ne');
        expect(await read(key)).toBe('old');
        throw new Error('broken');
      })(),
    );
    await expect(files.put(key, failing)).rejects.toThrow('broken');
    expect(await read(key)).toBe('old');
    await put(key, 'new');
    expect(await read(key)).toBe('new');
  });

  it('moves a file, also over another one, and is idempotent', async () => {
    const [from, to] = [`staging/${randomUUID()}`, `documents/${randomUUID()}`];
    await put(from, 'one');
    await put(to, 'two');
    await files.move(from, to);
    expect(await files.exists(from)).toBe(false);
    expect(await read(to)).toBe('one');
    await files.move(from, to);
    expect(await read(to)).toBe('one');
  });

  it('deletes a file, and succeeds when there is none', async () => {
    const key = randomUUID();
    await put(key, 'x');
    await files.delete(key);
    await files.delete(key);
    expect(await files.exists(key)).toBe(false);
    await expect(files.get(key)).rejects.toThrow();
    await expect(files.size(key)).rejects.toThrow();
    await expect(files.move(key, randomUUID())).rejects.toThrow();
  });

  it('lists every key, or those with a prefix', async () => {
    const keys = [`list/${randomUUID()}`, `list/deep/${randomUUID()}`];
    for (const key of keys) await put(key, 'x');
    const found: string[] = [];
    for await (const key of files.keys()) found.push(key);
    expect(found.filter((key) => key.startsWith('list/')).sort()).toEqual(keys.sort());
    expect(await Array.fromAsync(files.keys('list/deep/'))).toEqual(keys.filter((key) => key.startsWith('list/deep/')));
  });

  it('answers a ping', async () => {
    await expect(files.ping()).resolves.toBeUndefined();
  });

  it.each([
    '../outside',
    'a/../../outside',
    '/etc/passwd',
    '..\\outside',
    'C:\\x',
    'a\0b',
    'a//b',
    'a/',
    'a?versionId=1',
    'a%2fb',
    '',
    '.incoming/x',
    'con.txt',
    'a\u202eb',
    'x'.repeat(300),
  ])('rejects the key %j', async (key) => {
    const before = stored();
    await expect(put(key, 'x')).rejects.toThrow();
    await expect(files.get(key)).rejects.toThrow();
    await expect(files.delete(key)).rejects.toThrow();
    await expect(files.move('first', key)).rejects.toThrow();
    expect(stored()).toEqual(before);
  });
});
