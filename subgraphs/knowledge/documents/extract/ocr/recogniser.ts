import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { GrayPicture } from './gray-picture.ts';
import { readTable, type RecognisedWord } from './recognised-words.ts';
import type { RecogniserAnswer } from './recogniser-thread.ts';

const LOAD_MS = 20_000;
const PICTURE_MS = 30_000;

/** Returns true if the optional packages with Tesseract and its model are installed. */
export function canRecognise(): boolean {
  const { resolve } = createRequire(import.meta.url);
  try {
    return Boolean(resolve('tesseract.js-core/tesseract-core-simd-lstm') && resolve('@tesseract.js-data/eng/package.json'));
  } catch {
    return false;
  }
}

/** Recognises text in a worker thread: an image on which Tesseract hangs or crashes fails alone. */
export class Recogniser {
  #worker: Worker | null = null;

  /** Returns the words of an image; null if it cannot be read. */
  async read(picture: GrayPicture): Promise<RecognisedWord[] | null> {
    try {
      this.#worker ??= await start();
      const answer = await ask(this.#worker, PICTURE_MS, () => this.#worker!.postMessage(picture));
      return 'table' in answer && answer.table !== null ? readTable(answer.table) : null;
    } catch {
      await this.close();
      return null;
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}

async function start(): Promise<Worker> {
  const worker = new Worker(new URL('./recogniser-thread.js', import.meta.url), { stdout: true, stderr: true });
  try {
    await ask(worker, LOAD_MS, () => undefined);
    return worker;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** Waits for the next message of the thread. */
async function ask(worker: Worker, withinMs: number, send: () => void): Promise<RecogniserAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RecogniserAnswer>();
  const timer = setTimeout(() => reject(new Error('Recognising the image exceeded the time limit.')), withinMs);
  const ended = () => reject(new Error('The OCR thread ended.'));
  worker.once('message', resolve).once('error', reject).once('exit', ended);
  send();
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off('message', resolve).off('error', reject).off('exit', ended);
    worker.on('error', () => undefined);
  });
}
