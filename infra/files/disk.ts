import { createHash, randomUUID } from 'node:crypto';
import { readdir, rename, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { FSDriver } from 'flydrive/drivers/fs';
import type { Files } from './files.ts';

const INCOMING = '.incoming';
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Files under one directory. A key shows the whole content or nothing: bytes arrive in a place of their own
 * and are renamed, which the file system does at once. (flydrive's own `move` copies, so it is not used.)
 */
export class DiskFiles implements Files {
  readonly #directory: string;
  readonly #driver: FSDriver;
  #swept: Promise<void> | undefined;

  constructor(directory: string) {
    this.#directory = directory;
    this.#driver = new FSDriver({ location: directory, visibility: 'private' });
  }

  async put(key: string, content: Readable): Promise<void> {
    const path = pathOf(key);
    await (this.#swept ??= this.#sweep());
    const incoming = `${INCOMING}/${randomUUID()}`;
    try {
      await this.#driver.putStream(incoming, content);
      await this.#rename(incoming, path);
    } catch (error) {
      await this.#driver.delete(incoming);
      throw error;
    }
  }

  async get(key: string): Promise<Readable> {
    // Opening the stream succeeds even where there is no file; the failure would come with the first read.
    await this.size(key);
    return this.#driver.getStream(pathOf(key));
  }

  async size(key: string): Promise<number> {
    return (await this.#driver.getMetaData(pathOf(key))).contentLength;
  }

  async move(from: string, to: string): Promise<void> {
    await this.#rename(pathOf(from), pathOf(to));
  }

  async delete(key: string): Promise<void> {
    await this.#driver.delete(pathOf(key));
  }

  async exists(key: string): Promise<boolean> {
    return this.#driver.exists(pathOf(key));
  }

  async #rename(from: string, to: string): Promise<void> {
    const target = join(this.#directory, to);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(this.#directory, from), target);
  }

  /** What a process left behind that was killed while bytes arrived. */
  async #sweep(): Promise<void> {
    const folder = join(this.#directory, INCOMING);
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      const file = join(folder, name);
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(file, { force: true });
    }
  }
}

/** Spread over 256 folders, so that none grows without bound. Keys are made by us: anything odd is a bug. */
function pathOf(key: string): string {
  if (!/^[a-z0-9][a-z0-9-]*(\/[a-z0-9][a-z0-9-]*)*$/i.test(key) || key.length > 200)
    throw new Error('A file key holds letters, digits, hyphens and single slashes.');
  return `${createHash('sha256').update(key).digest('hex').slice(0, 2)}/${key}`;
}
