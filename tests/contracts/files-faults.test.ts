import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { S3Files } from '../../infra/files/s3.ts';
import { openLog } from '../../infra/log.ts';
import { eventually } from '../support/eventually.ts';
import { startS3, type S3Server } from '../support/s3/start.ts';

const MEGABYTE = 1024 * 1024;
const IDLE_MS = 500;
const AWAY = { code: 'DEPENDENCY_UNAVAILABLE' };

/** Paths of an object and of the parts of incomplete uploads, as s3rver stores them. */
const pathOf = (s3: S3Server, key: string) => join(s3.directory, 'files', `${key}._S3rver_object`);
const uploadsOf = (s3: S3Server) => join(s3.directory, '._S3rver_uploads');

describe('the S3 file store on a failing server', () => {
  let s3: S3Server;
  let files: S3Files;

  beforeAll(async () => {
    s3 = await startS3();
    files = new S3Files({ ...s3.address, idleMs: IDLE_MS }, openLog('silent'));
  });
  afterEach(async () => {
    s3.thaw();
    await s3.kill();
    await s3.start();
    files.close();
  });
  afterAll(() => s3.stop());

  const put = (key: string, content: string) => files.put(key, Readable.from([Buffer.from(content)]));

  /** Streams megabytes without end; `onTaken` receives the number of each one that is read. */
  function endless(onTaken: (megabytes: number) => void | Promise<void>): Readable {
    return Readable.from(
      (async function* () {
        for (let taken = 1; ; taken += 1) {
          await onTaken(taken);
          yield Buffer.alloc(MEGABYTE);
        }
      })(),
      { highWaterMark: 1 },
    );
  }

  it.each([
    ['is down', (server: S3Server) => server.kill()],
    ['does not answer', async (server: S3Server) => server.freeze()],
  ])('reports DEPENDENCY_UNAVAILABLE when the server %s, and recovers when it is back', async (_, fail) => {
    const key = randomUUID();
    await put(key, 'here');
    await fail(s3);
    await expect(put(randomUUID(), 'x')).rejects.toMatchObject(AWAY);
    await expect(files.get(key)).rejects.toMatchObject(AWAY);
    await expect(files.size(key)).rejects.toMatchObject(AWAY);
    await expect(files.exists(key)).rejects.toMatchObject(AWAY);
    await expect(files.move(key, randomUUID())).rejects.toMatchObject(AWAY);
    await expect(files.delete(key)).rejects.toMatchObject(AWAY);
    await expect(files.keys()[Symbol.asyncIterator]().next()).rejects.toMatchObject(AWAY);
    await expect(files.ping()).rejects.toThrow('cannot be used');
    s3.thaw();
    await s3.kill();
    await s3.start();
    expect(await text(await files.get(key))).toBe('here');
    await files.ping();
  });

  it('leaves no object when its process dies in the middle of an upload', async () => {
    const key = randomUUID();
    const upload = files.put(
      key,
      endless((megabytes) => (megabytes === 12 ? s3.kill() : undefined)),
    );
    await expect(upload).rejects.toMatchObject(AWAY);
    await s3.start();
    expect(await files.exists(key)).toBe(false);
  });

  it('buffers no more than a few parts in memory while the server accepts nothing', async () => {
    let taken = 0;
    const upload = files.put(
      randomUUID(),
      endless((megabytes) => {
        taken = megabytes;
        if (megabytes === 8) s3.freeze();
      }),
    );
    await expect(upload).rejects.toMatchObject(AWAY);
    expect(taken).toBeLessThan(8 + 20);
  });

  it('fails a download whose server falls silent, but waits for a slow reader', async () => {
    const key = randomUUID();
    await new S3Files(s3.address, openLog('silent')).put(key, Readable.from([Buffer.alloc(30 * MEGABYTE)]));
    const slow = await files.get(key);
    await once(slow, 'readable');
    const since = Date.now();
    await eventually(
      async () => Date.now() - since,
      (waited) => waited > 2 * IDLE_MS,
    );
    expect((await buffer(slow)).length).toBe(30 * MEGABYTE);
    const silent = await files.get(key);
    await once(silent, 'readable');
    s3.freeze();
    await expect(buffer(silent)).rejects.toMatchObject(AWAY);
  });

  it('fails a download with a changed byte', async () => {
    const key = randomUUID();
    await put(key, 'The harbour freezes in February.');
    const kept = readFileSync(pathOf(s3, key));
    kept[4]! ^= 1;
    writeFileSync(pathOf(s3, key), kept);
    await expect(files.get(key).then(text)).rejects.toMatchObject(AWAY);
  });

  it('aborts uploads that a killed process began a day ago, and no others', async () => {
    const dayOld = new Date(Date.now() - 25 * 60 * 60 * 1000);
    for (const [id, key, at] of [
      ['old', 'files/a', dayOld],
      ['new', 'files/b', new Date()],
      ['foreign', 'other/c', dayOld],
    ] as const) {
      mkdirSync(join(uploadsOf(s3), id), { recursive: true });
      writeFileSync(join(uploadsOf(s3), id, 'key'), key);
      utimesSync(join(uploadsOf(s3), id), at, at);
    }
    const other = new S3Files(s3.address, openLog('silent'));
    await other.put(randomUUID(), Readable.from([Buffer.from('x')]));
    const left = await eventually(
      async () => readdirSync(uploadsOf(s3)).sort(),
      (ids) => !ids.includes('old'),
    );
    expect(left).toEqual(['foreign', 'new']);
  });

  it('names the bucket that cannot be used', async () => {
    const other = new S3Files({ ...s3.address, bucket: 'nowhere' }, openLog('silent'));
    await expect(other.ping()).rejects.toThrow('the bucket nowhere cannot be used: 404');
    await expect(other.put('x', Readable.from([Buffer.from('x')]))).rejects.toMatchObject(AWAY);
  });
});
