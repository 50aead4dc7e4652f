import { Failure } from '../../../schema/errors.ts';
import { decodeText } from './decode.ts';
import type { ExtractedPage } from './extraction.ts';

export async function readText(bytes: Uint8Array): Promise<ExtractedPage[]> {
  return [{ number: null, text: requireText(bytes) }];
}

/** The text of bytes that must be text, with `hint` as the encoding that the file names. */
export function requireText(bytes: Uint8Array, hint?: string): string {
  const text = decodeText(bytes, hint);
  if (text === null)
    throw new Failure('DOCUMENT_TYPE_UNSUPPORTED', { reason: 'The file holds binary data, which cannot be read as text.' });
  return text;
}
