import { decodeAs, guessEncoding, guessWide } from './encoding/guess.ts';
import { readMixedUtf8 } from './encoding/mixed-utf8.ts';

const SAMPLE = 256 * 1024;

export interface DecodedText {
  text: string;
  /** True if invalid bytes were replaced by U+FFFD. */
  isReplaced: boolean;
}

/** Decodes bytes in any common encoding; null if they are not text. `hint` is an encoding that the file declares. */
export function decodeText(bytes: Uint8Array, hint?: string): string | null {
  return decode(bytes, hint)?.text ?? null;
}

/** Decodes like `decodeText`, and also returns whether bytes were replaced. */
export function decode(bytes: Uint8Array, hint?: string): DecodedText | null {
  const wide = markedEncoding(bytes) ?? wideEncoding(bytes.subarray(0, SAMPLE));
  if (wide) return readable(wide.startsWith('utf-32') ? decodeUtf32(bytes, wide) : new TextDecoder(wide).decode(bytes));
  if (isUtf8(bytes)) return readable(new TextDecoder(hasJisEscape(bytes) ? 'iso-2022-jp' : 'utf-8').decode(bytes));
  const named = hint && isLegacy(hint) ? readable(new TextDecoder(hint).decode(bytes)) : null;
  if (named && !named.isReplaced) return named;
  const mixed = readMixedUtf8(bytes);
  if (mixed.whole > 0 && mixed.whole >= mixed.strays) return hasControls(mixed.text) ? null : mixed;
  const unmarked = guessWide(bytes);
  return readable(unmarked ? new TextDecoder(unmarked).decode(bytes) : decodeAs(bytes, guessEncoding(bytes)));
}

function markedEncoding([first, second, third, fourth]: Uint8Array): string | null {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0) return 'utf-32le';
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return 'utf-32be';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return null;
}

/** Detects UTF-32 and UTF-16 without a byte order mark: two of four bytes are always zero, or every other byte often is. */
function wideEncoding(sample: Uint8Array): string | null {
  const zeros = [0, 0, 0, 0];
  sample.forEach((byte, index) => {
    if (byte === 0) zeros[index % 4]!++;
  });
  const [first, second, third, fourth] = zeros as [number, number, number, number];
  const quarter = Math.floor(sample.length / 4);
  if (quarter > 0 && fourth >= quarter && third >= quarter * 0.95) return 'utf-32le';
  if (quarter > 0 && first >= quarter && second >= quarter * 0.95) return 'utf-32be';
  const [even, odd] = [first + third, second + fourth];
  const enough = sample.length / 8;
  if (odd > enough && even < odd / 10) return 'utf-16le';
  if (even > enough && odd < even / 10) return 'utf-16be';
  return null;
}

function decodeUtf32(bytes: Uint8Array, encoding: string): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, encoding === 'utf-32le');
    parts.push(point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? '\ufffd' : String.fromCodePoint(point));
  }
  return parts.join('').replace(/^\ufeff/, '');
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function hasJisEscape(bytes: Uint8Array): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.includes('\x1b$B') || buffer.includes('\x1b$@');
}

/**
 * Accepts legacy encodings only: the bytes are not valid UTF-8 even if the file declares it, and a file with a
 * declaration in ASCII is not UTF-16.
 */
function isLegacy(label: string): boolean {
  try {
    return !new TextDecoder(label).encoding.startsWith('utf-');
  } catch {
    return false;
  }
}

function readable(text: string): DecodedText | null {
  const isReplaced = text.includes('\ufffd');
  const replaced = isReplaced ? (text.slice(0, SAMPLE).match(/\ufffd/g)?.length ?? 0) : 0;
  return hasControls(text) || replaced > Math.min(text.length, SAMPLE) / 200 ? null : { text, isReplaced };
}

/** Returns true for binary data; a few control characters per thousand are tolerated. */
function hasControls(text: string): boolean {
  const start = text.slice(0, SAMPLE);
  const strange = start.match(/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]/g)?.length ?? 0;
  return strange > start.length / 200;
}
