import { parentPort, workerData } from 'node:worker_threads';
import { Failure } from '../../../schema/errors.ts';
import type { Declared, Extraction } from './extraction.ts';
import { readDocument } from './read.ts';

/** What the thread gets, and what it answers; a `Failure` is a class and does not pass, so its parts do. */
export interface ThreadTask {
  bytes: Uint8Array;
  declared: Declared;
}

export type ThreadAnswer = { extraction: Extraction } | { code: Failure['code']; detail: Failure['detail'] } | { bug: string };

async function answer({ bytes, declared }: ThreadTask): Promise<ThreadAnswer> {
  try {
    return { extraction: await readDocument(bytes, declared) };
  } catch (error) {
    if (error instanceof Failure) return { code: error.code, detail: error.detail };
    // Nesting without end: the stack or an array is full.
    if (error instanceof RangeError) return { code: 'DOCUMENT_TOO_COMPLEX', detail: {} };
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.postMessage(await answer(workerData as ThreadTask));
