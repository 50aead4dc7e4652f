import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FSDriver } from 'flydrive/drivers/fs';
import type { Files, Span } from './files.ts';
import { checkKey } from './key.ts';

const INCOMING = '.incoming';
/** Other accounts have no access. */
const FILE_MODE = 0o600;
const FOLDER = { recursive: true, mode: 0o700 } as const;
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Files in a directory. Writes are atomic: content goes to a temporary file that is then renamed. (flydrive's `move`
 * copies, and its `putStream` leaks the file handle when the content fails, so neither is used.)
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
    const sink = createWriteStream(join(this.#directory, incoming), { flags: 'wx', flush: true, mode: FILE_MODE });
    try {
      await pipeline(content, sink);
      await this.#rename(incoming, path);
    } catch (error) {
      // The content may fail before the file is created, so wait until it can be deleted.
      if (!sink.closed) await once(sink, 'close');
      await this.#driver.delete(incoming);
      throw error;
    }
  }

  async get(key: string, span?: Span): Promise<Readable> {
    // Rejects for a missing file now, since the stream would fail only at the first read.
    await this.size(key);
    return createReadStream(join(this.#directory, pathOf(key)), span);
  }

  async size(key: string): Promise<number> {
    return (await this.#driver.getMetaData(pathOf(key))).contentLength;
  }

  async move(from: string, to: string): Promise<void> {
    try {
      await this.#rename(pathOf(from), pathOf(to));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !(await this.exists(to))) throw error;
    }
  }

  async delete(key: string): Promise<void> {
    await this.#driver.delete(pathOf(key));
  }

  async exists(key: string): Promise<boolean> {
    return this.#driver.exists(pathOf(key));
  }

  async *keys(prefix = ''): AsyncIterable<string> {
    await mkdir(this.#directory, FOLDER);
    for (const bucket of await readdir(this.#directory, { withFileTypes: true })) {
      if (!bucket.isDirectory() || bucket.name === INCOMING) continue;
      const folder = join(this.#directory, bucket.name);
      for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
        const key = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/');
        if (entry.isFile() && key.startsWith(prefix)) yield key;
      }
    }
  }

  async ping(): Promise<void> {
    await mkdir(this.#directory, FOLDER);
    await access(this.#directory, constants.R_OK | constants.W_OK);
  }

  async #rename(from: string, to: string): Promise<void> {
    const target = join(this.#directory, to);
    await mkdir(dirname(target), FOLDER);
    await rename(join(this.#directory, from), target);
  }

  /** Removes temporary files of killed processes. */
  async #sweep(): Promise<void> {
    const folder = join(this.#directory, INCOMING);
    await mkdir(folder, FOLDER);
    for (const name of await readdir(folder)) {
      const file = join(folder, name);
      const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
      if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(file, { force: true });
    }
  }
}

/** Distributes keys over 256 folders, so that none becomes too large. */
function pathOf(key: string): string {
  return `${createHash('sha256').update(checkKey(key)).digest('hex').slice(0, 2)}/${key}`;
}
