import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { Part } from './manifest.ts';

/** Level 1 takes a third of the time of the default 6 and 10 % more space. */
const GZIP_LEVEL = 1;
const LINES_AT_ONCE = 500;
/** Characters per batch, since a line may contain a long text. */
const CHARACTERS_AT_ONCE = 4_000_000;

/** Writes a file of the backup, readable by its owner only, and returns its size and hash. */
export async function writePart(path: string, content: Readable): Promise<Part> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const meter = new Meter();
  await pipeline(content, meter, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  return meter.part();
}

/** Writes JSON lines. */
export function packed(batches: AsyncIterable<string[]>): Readable {
  async function* text() {
    for await (const lines of batches) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  }
  const plain = Readable.from(text(), { objectMode: false });
  const gzip = createGzip({ level: GZIP_LEVEL });
  pipeline(plain, gzip).catch((error: Error) => gzip.destroy(error));
  return gzip;
}

/** Reads the lines that `packed` has written, in batches. */
export async function* unpacked(path: string): AsyncGenerator<string[]> {
  const file = createReadStream(path);
  const text = file.pipe(createGunzip());
  file.once('error', (error) => text.destroy(error));
  let batch: string[] = [];
  let characters = 0;
  for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
    batch.push(JSON.parse(line) as string);
    characters += line.length;
    if (batch.length < LINES_AT_ONCE && characters < CHARACTERS_AT_ONCE) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}

/** A pass-through stream that measures size and hash. */
export class Meter extends Transform {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.length;
    done(null, chunk);
  }

  /** Call once, after the end. */
  part(): Part {
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
