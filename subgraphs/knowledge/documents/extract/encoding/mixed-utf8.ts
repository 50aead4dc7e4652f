/**
 * The result of decoding text that is mostly UTF-8 but has other bytes, because it is truncated, damaged, or mixed with
 * another encoding.
 */
export interface MixedText {
  text: string;
  /** The number of valid non-ASCII characters. */
  whole: number;
  /** The number of bytes outside any valid character. */
  strays: number;
  /** True if some of them were replaced by U+FFFD. */
  isReplaced: boolean;
}

/**
 * Decodes UTF-8. A stray byte between ASCII characters is decoded as Windows-1252, the most common mixture; any other
 * becomes U+FFFD.
 */
export function readMixedUtf8(bytes: Uint8Array): MixedText {
  const western = new TextDecoder('windows-1252');
  const found: MixedText = { text: '', whole: 0, strays: 0, isReplaced: false };
  const parts: Uint8Array[] = [];
  let done = 0;
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      if (length > 1) found.whole += 1;
      at += length;
      continue;
    }
    parts.push(bytes.subarray(done, at));
    const isPasted = bytes[at]! < 0xfe && isAscii(bytes[at - 1]) && isAscii(bytes[at + 1]) && at + 1 < bytes.length;
    const letter = isPasted ? western.decode(bytes.subarray(at, at + 1)) : '\ufffd';
    found.strays += 1;
    if (!isPasted) found.isReplaced = true;
    parts.push(Buffer.from(letter));
    at += 1;
    // Continuation bytes after a truncated character belong to the same fault.
    while (!isPasted && at < bytes.length && bytes[at]! >= 0x80 && bytes[at]! < 0xc0) at += 1;
    done = at;
  }
  parts.push(bytes.subarray(done));
  found.text = new TextDecoder('utf-8').decode(Buffer.concat(parts));
  return found;
}

function isAscii(byte: number | undefined): boolean {
  return byte === undefined || byte < 0x80;
}

/** Returns the length of the character at this offset; 0 if none begins there. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined || byte < 0x80 || byte > 0xbf) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  const isForbidden =
    (lead === 0xe0 && second < 0xa0) ||
    (lead === 0xed && second > 0x9f) ||
    (lead === 0xf0 && second < 0x90) ||
    (lead === 0xf4 && second > 0x8f);
  return isForbidden ? 0 : length;
}
