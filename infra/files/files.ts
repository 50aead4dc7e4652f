import type { Readable } from 'node:stream';

/** A blob store. Keys are generated ids, never user-supplied names; see key.ts. */
export interface Files {
  /** Stores a stream atomically. If the stream fails, nothing is stored and its error is thrown. */
  put(key: string, content: Readable): Promise<void>;
  /** Rejects if the file does not exist. `span` selects a byte range. */
  get(key: string, span?: Span): Promise<Readable>;
  /** Returns the size in bytes. */
  size(key: string): Promise<number>;
  /** Idempotent: does nothing if `from` is missing and `to` exists. */
  move(from: string, to: string): Promise<void>;
  delete(key: string): Promise<void>;
  exists(key: string): Promise<boolean>;
  /** Lists keys by prefix, unordered. Concurrent changes may or may not be included. */
  keys(prefix?: string): AsyncIterable<string>;
  /** Rejects if files cannot be stored. */
  ping(): Promise<void>;
}

/** A byte range within the file, inclusive on both ends as in HTTP. */
export interface Span {
  start: number;
  end: number;
}
