import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { Failure } from '../../../../schema/errors.ts';
import { canRecognise } from './ocr/recogniser.ts';
import { readDocument } from './read.ts';
import { PICTURES, type ThreadAnswer, type ThreadTask } from './thread-messages.ts';

async function answer({ bytes, declared, ocr }: ThreadTask): Promise<ThreadAnswer> {
  let turn: Promise<unknown> | undefined;
  const mayReadPictures = async () => {
    if (!ocr || !canRecognise()) return false;
    await (turn ??= askForTurn());
    return true;
  };
  try {
    return { extraction: await readDocument(bytes, declared, mayReadPictures) };
  } catch (error) {
    if (error instanceof Failure) return { code: error.code, detail: error.detail };
    // Excessive nesting exceeds the stack or the maximum length of an array.
    if (error instanceof RangeError) return { code: 'DOCUMENT_TOO_COMPLEX', detail: {} };
    return { bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function askForTurn(): Promise<unknown> {
  const given = once(parentPort!, 'message');
  parentPort!.postMessage(PICTURES);
  return given;
}

parentPort!.postMessage(await answer(workerData as ThreadTask));
