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
  /** Default: AWS. */
  endpoint?: string | undefined;
  region: string;
  /** Default: the SDK's credential chain (instance role, profile). */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. */
  pathStyle: boolean;
  /** Timeout for an unresponsive store. Milliseconds. */
  idleMs?: number;
}

/** Maximum bytes of one upload in memory: two parts in flight and one being filled. */
const PART_BYTES = 5 * 1024 * 1024;
const PARTS_AT_ONCE = 2;
const IDLE_MS = 5_000;
const CONNECT_MS = 3_000;
const ATTEMPTS = 3;
const SWEEP_EVERY_MS = 60 * 60 * 1000;
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;
/** Prefix of all keys, so that the bucket may be shared. */
const PREFIX = 'files/';

/**
 * Files in a bucket of an S3-compatible store. Writes are atomic, since S3 creates an object when its last byte has
 * arrived. The store verifies a CRC-32 of every part, and reads verify that of the whole file. Uses the SDK because
 * flydrive's driver supports neither streams of unknown length nor checksums.
 */
export class S3Files implements Files {
  readonly #bucket: string;
  readonly #client: S3Client;
  /** Has no socket timeout, because downloads may be slow. `#watched` detects an unresponsive store. */
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

  /** Rejects with the store's error message, which is shown to the operator. */
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

  /** Applies the timeout only while waiting for the store, not while the store waits for a slow reader. */
  async *#watched(key: string, body: Readable): AsyncGenerator<Buffer> {
    const chunks = body[Symbol.asyncIterator]();
    let timer: NodeJS.Timeout | undefined;
    try {
      for (;;) {
        timer = setTimeout(() => body.destroy(new Error('the store stopped responding')), this.#idleMs);
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

  /** Aborts uploads of killed processes. Some stores do so themselves, and some do not list uploads. */
  async #sweep(): Promise<void> {
    if (Date.now() - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = Date.now();
    try {
      const place = { Bucket: this.#bucket, Prefix: PREFIX };
      // Returns up to 1,000; the next sweep continues.
      const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand(place));
      for (const { Key, UploadId, Initiated } of Uploads) {
        // Not every store filters by the prefix.
        if (Key?.startsWith(PREFIX) && Initiated && Date.now() - Initiated.getTime() > ABANDONED_AFTER_MS)
          await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }));
      }
    } catch (error) {
      this.#log.warn({ err: error }, 'cannot remove abandoned uploads from the bucket');
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

/** Returns the error of the content if it failed, since the store's error is only a consequence. */
function brokenOff({ errored }: Readable, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (errored === error || code === 'ERR_STREAM_PREMATURE_CLOSE') return error;
  // An AbortError is a consequence of the store's failure.
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

/** Connecting to several addresses of one name fails with several errors and no message. */
function wordsOf(error: unknown): string {
  const { message, name, errors } = error as AggregateError;
  return message || errors?.map((each: Error) => each.message).join(', ') || name;
}
