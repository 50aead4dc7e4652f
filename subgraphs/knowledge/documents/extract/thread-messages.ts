import type { Failure } from '../../../../schema/errors.ts';
import type { Declared, Extraction } from './extraction.ts';

/** The messages to and from the thread. A `Failure` is a class instance, which cannot be cloned, so its parts are sent. */
export interface ThreadTask {
  bytes: Uint8Array;
  declared: Declared;
  /** True to recognise text in images. */
  ocr: boolean;
}

export type ThreadAnswer = { extraction: Extraction } | { code: Failure['code']; detail: Failure['detail'] } | { bug: string };

/** The message by which the thread requests its turn for OCR, and the reply. */
export const PICTURES = 'pictures';
