import type { Readable } from 'node:stream';

/** Bytes by key. Keys are generated ids, never names that a person chose. */
export interface Files {
  /** Streams to storage; a failed or aborted stream leaves nothing behind. */
  put(key: string, content: Readable): Promise<void>;
  get(key: string): Promise<Readable>;
  size(key: string): Promise<number>;
  move(from: string, to: string): Promise<void>;
  delete(key: string): Promise<void>;
  exists(key: string): Promise<boolean>;
}
