import { Worker } from 'node:worker_threads';
import { Failure } from '../../../schema/errors.ts';
import type { Readable } from './readable.ts';

const HEAP_MB = 192;

/** Extracts the readable text of a page in a worker thread, because a hostile page can take long. */
export async function readPage(html: string, signal: AbortSignal): Promise<Readable> {
  signal.throwIfAborted();
  const worker = new Worker(new URL('./readable.js', import.meta.url), {
    workerData: { html },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  try {
    return await new Promise<Readable>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject);
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new Failure('TOOL_FAILED', { reason: 'The page could not be read: it is too complex or damaged.' }, { cause: error });
  } finally {
    await worker.terminate();
  }
}
