import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  ListMultipartUploadsCommand,
  S3Client,
  S3ServiceException,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Failure } from '../../schema/errors.ts';
import type { Log } from '../log.ts';
import type { Files, Span } from './files.ts';
import { checkKey } from './key.ts';

export interface S3Address {
  bucket: string;
  /** AWS's own when there is none. */
  endpoint?: string | undefined;
  region: string;
  /** The SDK looks for them in its own places (role of the machine, profile) when there are none. */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  pathStyle: boolean;
  /** A store without a sign of life for this long is away. Milliseconds. */
  idleMs?: number;
}

/** Bytes of one upload in memory at most: two parts on their way and the next one growing. */
const PART_BYTES = 5 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
const IDLE_MS = 5_000;
const CONNECT_MS = 3_000;
const ATTEMPTS = 3;
const SWEEP_EVERY_MS = 60 * 60 * 1000;
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** All files are below it, so that the bucket may hold other things. */
const PREFIX = 'files/';

/**
 * Files in a bucket of any store that speaks S3. A key shows the whole content or nothing: S3 shows an object when its
 * last byte has come. Every part carries a CRC-32, which the store compares, and a whole file's is compared when it is
 * read. The SDK and not flydrive's driver, which knows neither streams of unknown length nor checksums.
 */
export class S3Files implements Files {
  readonly #bucket: string;
  readonly #client: S3Client;
  /** Without an idle time on its sockets: whoever downloads may be slow. `#watched` looks after the store's silence. */
  readonly #reader: S3Client;
  readonly #idleMs: number;
  readonly #log: Log;
  #sweptAt = 0;

  constructor({ bucket, idleMs = IDLE_MS, ...address }: S3Address, log: Log) {
    this.#bucket = bucket;
    this.#idleMs = idleMs;
    this.#log = log;
    this.#client = new S3Client(settingsOf(address, { socketTimeout: idleMs }));
    this.#reader = new S3Client(settingsOf(address, { socketTimeout: 0, requestTimeout: idleMs, throwOnRequestTimeout: true }));
  }

  async put(key: string, content: Readable): Promise<void> {
    const target = this.#at(key);
    void this.#sweep();
    const params = { ...target, Body: content };
    try {
      await new Upload({ client: this.#client, params, partSize: PART_BYTES, queueSize: PARTS_AT_ONCE }).done();
    } catch (error) {
      throw brokenOff(content, error) ?? failureOf(error);
    }
  }

  async get(key: string, span?: Span): Promise<Readable> {
    const range = span ? { Range: `bytes=${span.start}-${span.end}` } : { ChecksumMode: 'ENABLED' as const };
    const { Body } = await this.#ask(key, () => this.#reader.send(new GetObjectCommand({ ...this.#at(key), ...range })));
    const body = Body as Readable;
    const content = Readable.from(this.#watched(key, body), { objectMode: false });
    return content.once('close', () => body.destroy());
  }

  async size(key: string): Promise<number> {
    return (await this.#ask(key, () => this.#client.send(new HeadObjectCommand(this.#at(key))))).ContentLength ?? 0;
  }

  async move(from: string, to: string): Promise<void> {
    const source = this.#at(from);
    const target = this.#at(to);
    try {
      await this.#client.send(new CopyObjectCommand({ ...target, CopySource: `${source.Bucket}/${source.Key}` }));
    } catch (error) {
      if (!isMissing(error) || !(await this.exists(to))) throw failureOf(error, from);
    }
    await this.delete(from);
  }

  async delete(key: string): Promise<void> {
    await this.#ask(key, () => this.#client.send(new DeleteObjectCommand(this.#at(key))));
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.#client.send(new HeadObjectCommand(this.#at(key)));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw failureOf(error, key);
    }
  }

  async *keys(prefix = ''): AsyncIterable<string> {
    try {
      const Prefix = `${PREFIX}${prefix}`;
      for await (const { Contents = [] } of paginateListObjectsV2({ client: this.#client }, { Bucket: this.#bucket, Prefix }))
        for (const { Key = '' } of Contents) yield Key.slice(PREFIX.length);
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Rejects with the store's own words, which a start that fails can show. */
  async ping(): Promise<void> {
    try {
      await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }), { abortSignal: AbortSignal.timeout(CONNECT_MS) });
    } catch (error) {
      const status = error instanceof S3ServiceException ? `${error.$metadata.httpStatusCode} ` : '';
      throw new Error(`the bucket ${this.#bucket} cannot be used: ${status}${wordsOf(error)}`, { cause: error });
    }
  }

  close(): void {
    this.#client.destroy();
    this.#reader.destroy();
  }

  #at(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.#bucket, Key: PREFIX + checkKey(key) };
  }

  async #ask<T>(key: string, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw failureOf(error, key);
    }
  }

  /** The time runs only while somebody waits for the store, not while the store waits for a slow reader. */
  async *#watched(key: string, body: Readable): AsyncGenerator<Buffer> {
    const chunks = body[Symbol.asyncIterator]();
    let timer: NodeJS.Timeout | undefined;
    try {
      for (;;) {
        timer = setTimeout(() => body.destroy(new Error('the store fell silent')), this.#idleMs);
        const { done, value } = (await chunks.next()) as IteratorResult<Buffer>;
        clearTimeout(timer);
        if (done) return;
        yield value;
      }
    } catch (error) {
      throw failureOf(error, key);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Parts that a process left behind that was killed while bytes arrived. Some stores do it themselves, some do not list them. */
  async #sweep(): Promise<void> {
    if (Date.now() - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = Date.now();
    try {
      const place = { Bucket: this.#bucket, Prefix: PREFIX };
      // A thousand at the most; the next sweep finds more.
      const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand(place));
      for (const { Key, UploadId, Initiated } of Uploads) {
        // Not every store takes the prefix as one.
        if (Key?.startsWith(PREFIX) && Initiated && Date.now() - Initiated.getTime() > ABANDONED_AFTER_MS)
          await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }));
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'abandoned uploads could not be swept from the bucket');
    }
  }
}

function settingsOf(
  { endpoint, region, credentials, pathStyle }: Omit<S3Address, 'bucket' | 'idleMs'>,
  times: { socketTimeout: number; requestTimeout?: number; throwOnRequestTimeout?: boolean },
): S3ClientConfig {
  return {
    region,
    forcePathStyle: pathStyle,
    maxAttempts: ATTEMPTS,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    requestHandler: { connectionTimeout: CONNECT_MS, httpAgent: { maxSockets: 500 }, httpsAgent: { maxSockets: 500 }, ...times },
    ...(endpoint ? { endpoint } : {}),
    ...(credentials ? { credentials } : {}),
  };
}

/** The sender's own error, which is why there is no file, whatever the store said after it. */
function brokenOff({ errored }: Readable, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (errored === error || code === 'ERR_STREAM_PREMATURE_CLOSE') return error;
  // Reading that ends early, because the store has failed, ends the stream by an AbortError.
  return errored?.name === 'AbortError' ? null : errored;
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket';
}

function failureOf(error: unknown, key?: string): Error {
  if (key && isMissing(error)) return new Error(`There is no file ${key}.`, { cause: error });
  const reason = 'The storage of files cannot be reached. Try again in a moment.';
  return error instanceof Failure ? error : new Failure('DEPENDENCY_UNAVAILABLE', { reason }, { cause: error });
}

/** Connecting to two addresses of one name fails with several errors and no message. */
function wordsOf(error: unknown): string {
  const { message, name, errors } = error as AggregateError;
  return message || errors?.map((each: Error) => each.message).join(', ') || name;
}
