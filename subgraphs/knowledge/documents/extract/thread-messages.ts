import type { Failure } from '../../../../schema/errors.ts';
import type { Declared, Extraction } from './extraction.ts';

/** The messages to and from the thread. A `Failure` is a class instance, which cannot be cloned, so its parts are sent. */
export interface ThreadTask {
  bytes: Uint8Array;
  declared: Declared;
  /** Whether text is to be recognised in pictures. */
  ocr: boolean;
}

export type ThreadAnswer = { extraction: Extraction } | { code: Failure['code']; detail: Failure['detail'] } | { bug: string };

/** With this the thread asks for its turn to read pictures, and is given it. */
export const PICTURES = 'pictures';
