import type { Readable } from 'node:stream';

/** Bytes by key. Keys are generated ids, never names that a person chose; see key.ts. */
export interface Files {
  /** Streams to storage; a failed or aborted stream leaves nothing behind, and rejects with its own error. */
  put(key: string, content: Readable): Promise<void>;
  /** Rejects when there is no such file. A span reads these bytes alone. */
  get(key: string, span?: Span): Promise<Readable>;
  /** In bytes. */
  size(key: string): Promise<number>;
  /** Does nothing when it was done before: `from` is gone, and `to` is there. */
  move(from: string, to: string): Promise<void>;
  delete(key: string): Promise<void>;
  exists(key: string): Promise<boolean>;
  /** Every key that begins so, in no order. What is added or deleted meanwhile may or may not come. */
  keys(prefix?: string): AsyncIterable<string>;
  /** Resolves while files can be kept. */
  ping(): Promise<void>;
}

/** Both inclusive, as in HTTP, and within the file. */
export interface Span {
  start: number;
  end: number;
}
