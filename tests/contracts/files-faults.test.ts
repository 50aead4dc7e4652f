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

/** The file of an object, and the parts of uploads that are not complete, as s3rver keeps them. */
const pathOf = (s3: S3Server, key: string) => join(s3.directory, 'files', `${key}._S3rver_object`);
const uploadsOf = (s3: S3Server) => join(s3.directory, '._S3rver_uploads');

describe('a bucket that fails', () => {
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

  /** Megabytes without end; `hear` is told of each that is taken. */
  function endless(hear: (megabytes: number) => void | Promise<void>): Readable {
    return Readable.from(
      (async function* () {
        for (let taken = 1; ; taken += 1) {
          await hear(taken);
          yield Buffer.alloc(MEGABYTE);
        }
      })(),
      { highWaterMark: 1 },
    );
  }

  it.each([
    ['is away', (server: S3Server) => server.kill()],
    ['answers nothing', async (server: S3Server) => server.freeze()],
  ])('is said to be unavailable when it %s, and serves again when it is back', async (_, fail) => {
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

  it('leaves no file when it dies in the middle of an upload', async () => {
    const key = randomUUID();
    const upload = files.put(
      key,
      endless((megabytes) => (megabytes === 12 ? s3.kill() : undefined)),
    );
    await expect(upload).rejects.toMatchObject(AWAY);
    await s3.start();
    expect(await files.exists(key)).toBe(false);
  });

  it('holds no more than a few parts in memory while it takes nothing', async () => {
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

  it('fails a download that falls silent, but waits for a reader who is slow', async () => {
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

  it('does not give back a byte that has changed', async () => {
    const key = randomUUID();
    await put(key, 'The harbour freezes in February.');
    const kept = readFileSync(pathOf(s3, key));
    kept[4]! ^= 1;
    writeFileSync(pathOf(s3, key), kept);
    await expect(files.get(key).then(text)).rejects.toMatchObject(AWAY);
  });

  it('is rid of uploads that a killed process began a day ago, and of no others', async () => {
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

  it('says which bucket cannot be used', async () => {
    const other = new S3Files({ ...s3.address, bucket: 'nowhere' }, openLog('silent'));
    await expect(other.ping()).rejects.toThrow('the bucket nowhere cannot be used: 404');
    await expect(other.put('x', Readable.from([Buffer.from('x')]))).rejects.toMatchObject(AWAY);
  });
});
