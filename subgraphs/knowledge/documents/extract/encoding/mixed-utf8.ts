/** Decodes text that is mostly UTF-8 with other bytes between: truncated, damaged, or pasted from another encoding. */
export interface MixedText {
  text: string;
  /** How many characters outside ASCII are whole. */
  whole: number;
  /** How many bytes belong to none. */
  strays: number;
  /** Whether some of them are shown as U+FFFD. */
  isReplaced: boolean;
}

/**
 * Reads UTF-8 and takes a stray byte between ASCII characters for Windows-1252, since that is what gets mixed in;
 * any other becomes U+FFFD.
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
    // The rest of a character that was cut is the same damage.
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

/** The length of the character that begins here; 0 where none does. */
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
