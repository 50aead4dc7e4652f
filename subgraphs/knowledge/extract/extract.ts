import { Worker } from 'node:worker_threads';
import { Failure } from '../../../schema/errors.ts';
import type { Declared, Extraction } from './extraction.ts';
import type { ThreadAnswer, ThreadTask } from './thread.ts';

export interface ExtractLimits {
  milliseconds: number;
  megabytes: number;
}

const LIMITS: ExtractLimits = { milliseconds: 30_000, megabytes: 512 };
const WATCH_EVERY_MS = 200;

let last: Promise<unknown> = Promise.resolve();

/**
 * Reads a file in a thread of its own, which ends with it: whatever a hostile file does to its reader, the time, the
 * memory and the harm are bounded. One at a time, so that the growth of the process is that of the one file.
 */
export function extract(bytes: Uint8Array, declared: Declared, signal: AbortSignal, limits = LIMITS): Promise<Extraction> {
  const turn = last.then(() => runThread(bytes, declared, signal, limits));
  last = turn.catch(() => undefined);
  return turn;
}

function runThread(bytes: Uint8Array, declared: Declared, signal: AbortSignal, limits: ExtractLimits): Promise<Extraction> {
  signal.throwIfAborted();
  const task: ThreadTask = { bytes, declared };
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: limits.megabytes },
    stdout: true,
    stderr: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Extraction>();
  const tooComplex = () => reject(new Failure('DOCUMENT_TOO_COMPLEX'));
  const abort = () => reject(signal.reason as Error);
  const timer = setTimeout(tooComplex, limits.milliseconds);
  const exceeds = memoryWatch();
  const watch = setInterval(() => exceeds(limits) && tooComplex(), WATCH_EVERY_MS);

  signal.addEventListener('abort', abort, { once: true });
  worker.once('message', (answer: ThreadAnswer) => settle(answer, resolve, reject));
  worker.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooComplex() : reject(error)));
  worker.once('exit', () => reject(new Error('The thread that read a document ended without an answer.')));

  return promise.finally(async () => {
    clearTimeout(timer);
    clearInterval(watch);
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  });
}

/** The thread's own limit does not count bytes in buffers, where unpacked streams are: the growth of the process does. */
function memoryWatch(): (limits: ExtractLimits) => boolean {
  const before = process.memoryUsage.rss();
  return ({ megabytes }) => process.memoryUsage.rss() - before > megabytes * 1.5 * 1024 * 1024;
}

function settle(answer: ThreadAnswer, resolve: (extraction: Extraction) => void, reject: (error: Error) => void): void {
  if ('extraction' in answer) resolve(answer.extraction);
  else if ('code' in answer) reject(new Failure(answer.code, answer.detail));
  else reject(new Error(answer.bug));
}
