import { Worker } from 'node:worker_threads';
import { Failure } from '../../../../schema/errors.ts';
import type { Declared, Extraction } from './extraction.ts';
import { PICTURES, type ThreadAnswer, type ThreadTask } from './thread-messages.ts';

export interface ExtractLimits {
  milliseconds: number;
  megabytes: number;
}

export interface ExtractOptions extends Partial<ExtractLimits> {
  /** True to recognise text in images (OCR). */
  ocr?: boolean;
}

const LIMITS: ExtractLimits = { milliseconds: 30_000, megabytes: 512 };
/** The limits during OCR, which also has its own limits for each page. */
const PICTURE_LIMITS: ExtractLimits = { milliseconds: 330_000, megabytes: 1_024 };
const WATCH_EVERY_MS = 200;

/** Two queues of one: for extraction, and for OCR, which takes minutes and must not block extraction. */
let last: Promise<unknown> = Promise.resolve();
let lastPictures: Promise<unknown> = Promise.resolve();

/**
 * Extracts a file in a worker thread of its own, which bounds the time, the memory and the damage that a malicious file
 * can cause. One file at a time, so that the growth of the process's memory is due to that file.
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
  /** Settles when the next extraction may start: this one has ended or waits for OCR. */
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

/** Calls `onExcess` once the time or memory limit is exceeded. */
function watch(limits: ExtractLimits, onExcess: () => void): () => void {
  const timer = setTimeout(onExcess, limits.milliseconds);
  const exceeds = memoryWatch();
  const interval = setInterval(() => exceeds(limits) && onExcess(), WATCH_EVERY_MS);
  return () => {
    clearTimeout(timer);
    clearInterval(interval);
  };
}

/**
 * Measures the growth of the process, because the heap limit of a thread does not count buffers, where unpacked streams
 * are.
 */
function memoryWatch(): (limits: ExtractLimits) => boolean {
  const before = process.memoryUsage.rss();
  return ({ megabytes }) => process.memoryUsage.rss() - before > megabytes * 1.5 * 1024 * 1024;
}

function settle(answer: ThreadAnswer, resolve: (extraction: Extraction) => void, reject: (error: Error) => void): void {
  if ('extraction' in answer) resolve(answer.extraction);
  else if ('code' in answer) reject(new Failure(answer.code, answer.detail));
  else reject(new Error(answer.bug));
}
