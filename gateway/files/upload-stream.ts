import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { Failure } from '../../schema/errors.ts';
import { SNIFF_BYTES, sniffMediaType } from './sniff.ts';

/** The declared size is binding, because quotas and limits were checked with it. */
export function largerThan(limitBytes: number): Failure {
  return new Failure('DOCUMENT_TOO_LARGE', {
    limitBytes,
    reason: `The file is larger than the ${limitBytes.toLocaleString('en')} bytes that were announced.`,
  });
}

/** Passes bytes through, computes size, hash and media type, and fails with `DOCUMENT_TOO_LARGE` after `maxBytes`. */
export class UploadStream extends Transform {
  readonly #hash = createHash('sha256');
  readonly #head: Buffer[] = [];
  #headBytes = 0;
  sizeBytes = 0;

  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    super();
    this.#maxBytes = maxBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.sizeBytes += chunk.length;
    if (this.sizeBytes > this.#maxBytes) return done(largerThan(this.#maxBytes));
    this.#hash.update(chunk);
    if (this.#headBytes < SNIFF_BYTES) {
      const part = chunk.subarray(0, SNIFF_BYTES - this.#headBytes);
      this.#head.push(part);
      this.#headBytes += part.length;
    }
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.sizeBytes === 0 ? new Failure('DOCUMENT_EMPTY') : null);
  }

  /** Hexadecimal. Call once, after the end of the stream. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  get sniffedMediaType(): string | undefined {
    return sniffMediaType(Buffer.concat(this.#head));
  }
}
