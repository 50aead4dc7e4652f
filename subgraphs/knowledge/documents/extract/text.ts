import { Failure } from '../../../../schema/errors.ts';
import { decode } from './decode.ts';
import type { ExtractedPage } from './extraction.ts';
import type { Warn } from './warnings.ts';

export async function readText(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  return [{ number: null, text: requireText(bytes, warn) }];
}

/** Decodes bytes that must be text; `hint` is the encoding that the file declares. Throws for binary data. */
export function requireText(bytes: Uint8Array, warn: Warn, hint?: string): string {
  const decoded = decode(bytes, hint);
  if (decoded === null)
    throw new Failure('DOCUMENT_TYPE_UNSUPPORTED', { reason: 'The file contains binary data, which cannot be read as text.' });
  if (decoded.isReplaced) warn('CHARACTERS_REPLACED');
  return decoded.text;
}
