import { Worker } from 'node:worker_threads';
import { Failure } from '../../../../schema/errors.ts';
import type { Declared, Extraction } from './extraction.ts';
import { PICTURES, type ThreadAnswer, type ThreadTask } from './thread-messages.ts';

export interface ExtractLimits {
  milliseconds: number;
  megabytes: number;
}

export interface ExtractOptions extends Partial<ExtractLimits> {
  /** Whether text is recognised in pictures. */
  ocr?: boolean;
}

const LIMITS: ExtractLimits = { milliseconds: 30_000, megabytes: 512 };
/** Once it reads pictures, page by page within bounds of its own. */
const PICTURE_LIMITS: ExtractLimits = { milliseconds: 330_000, megabytes: 1_024 };
const WATCH_EVERY_MS = 200;

/** Whose turn it is to read files, and to read the pictures in them, which takes minutes and must not hold up the others. */
let last: Promise<unknown> = Promise.resolve();
let lastPictures: Promise<unknown> = Promise.resolve();

/**
 * Reads a file in a thread of its own, which ends with it: whatever a hostile file does to its reader, the time, the
 * memory and the harm are bounded. One at a time, so that the growth of the process is that of the one file.
 */
export function extract(
  bytes: Uint8Array,
  declared: Declared,
  signal: AbortSignal,
  { ocr = false, ...limits }: ExtractOptions = {},
): Promise<Extraction> {
  const begun = last.then(() => runThread({ bytes, declared, ocr }, signal, { ...LIMITS, ...limits }));
  last = begun.then(({ isFree }) => isFree).catch(() => undefined);
  return begun.then(({ extraction }) => extraction);
}

interface Running {
  extraction: Promise<Extraction>;
  /** Settles when the next file may be read: this one is, or waits for its turn to read pictures. */
  isFree: Promise<unknown>;
}

function runThread(task: ThreadTask, signal: AbortSignal, limits: ExtractLimits): Running {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: limits.megabytes },
    stdout: true,
    stderr: true,
  });
  const { promise, resolve, reject } = Promise.withResolvers<Extraction>();
  const asked = Promise.withResolvers<void>();
  const tooComplex = () => reject(new Failure('DOCUMENT_TOO_COMPLEX'));
  const abort = () => reject(signal.reason as Error);
  let unwatch = watch(limits, tooComplex);

  const readPictures = () => {
    unwatch();
    asked.resolve();
    const begin = () => {
      unwatch = watch(PICTURE_LIMITS, tooComplex);
      worker.postMessage(PICTURES);
      return extraction;
    };
    lastPictures = lastPictures.then(() => (isEnded ? undefined : begin())).catch(() => undefined);
  };

  signal.addEventListener('abort', abort, { once: true });
  worker.on('message', (answer: ThreadAnswer | typeof PICTURES) =>
    answer === PICTURES ? readPictures() : settle(answer, resolve, reject),
  );
  worker.once('error', (error: NodeJS.ErrnoException) => (error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooComplex() : reject(error)));
  worker.once('exit', () => reject(new Error('The thread that read a document ended without an answer.')));

  let isEnded = false;
  const extraction = promise.finally(async () => {
    isEnded = true;
    unwatch();
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  });
  return { extraction, isFree: Promise.race([asked.promise, extraction.catch(() => undefined)]) };
}

/** Calls when time or memory is over. */
function watch(limits: ExtractLimits, onExcess: () => void): () => void {
  const timer = setTimeout(onExcess, limits.milliseconds);
  const exceeds = memoryWatch();
  const interval = setInterval(() => exceeds(limits) && onExcess(), WATCH_EVERY_MS);
  return () => {
    clearTimeout(timer);
    clearInterval(interval);
  };
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
