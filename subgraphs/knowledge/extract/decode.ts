const SAMPLE = 256 * 1024;

/** The text of bytes in any usual encoding, or null where they are no text. `hint` is an encoding that the file itself names. */
export function decodeText(bytes: Uint8Array, hint?: string): string | null {
  const text = new TextDecoder(encodingOf(bytes, hint)).decode(bytes);
  return isReadable(text) ? text : null;
}

function encodingOf(bytes: Uint8Array, hint: string | undefined): string {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, SAMPLE);
  const wide = wideEncoding(sample);
  if (wide) return wide;
  if (isUtf8(sample)) return hasJisEscape(sample) ? 'iso-2022-jp' : 'utf-8';
  if (hint && isKnown(hint)) return hint;
  return legacyEncoding(sample);
}

/** UTF-16 without a mark: in text of most languages, every other byte is often zero. */
function wideEncoding(sample: Uint8Array): string | null {
  const zeros = [0, 0];
  sample.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]!++;
  });
  const [even, odd] = zeros as [number, number];
  const enough = sample.length / 8;
  if (odd > enough && even < odd / 10) return 'utf-16le';
  if (even > enough && odd < even / 10) return 'utf-16be';
  return null;
}

/** A character that the sample cuts in two at its end does not count against it. */
function isUtf8(sample: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function hasJisEscape(sample: Uint8Array): boolean {
  return Buffer.from(sample).includes('\x1b$B');
}

function isKnown(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

interface Candidate {
  encoding: string;
  isLead(byte: number): boolean;
  isTrail(byte: number): boolean;
  /** Pairs that make up most of any real text in this encoding. */
  isUsual(lead: number, trail: number): boolean;
}

const within = (low: number, high: number) => (byte: number) => byte >= low && byte <= high;
const highTrail = within(0xa1, 0xfe);

/**
 * Encodings with two bytes for a character. Their tables overlap, but each puts its everyday characters (the first
 * level of its standard, and its syllables) into another range of lead bytes, and text is made of those.
 */
const CANDIDATES: Candidate[] = [
  {
    encoding: 'shift_jis',
    isLead: (byte) => within(0x81, 0x9f)(byte) || within(0xe0, 0xfc)(byte),
    isTrail: (byte) => within(0x40, 0xfc)(byte) && byte !== 0x7f,
    isUsual: (lead) => within(0x81, 0x83)(lead) || within(0x88, 0x98)(lead),
  },
  { encoding: 'euc-jp', isLead: highTrail, isTrail: highTrail, isUsual: (lead) => lead === 0xa4 || lead === 0xa5 },
  { encoding: 'euc-kr', isLead: highTrail, isTrail: highTrail, isUsual: within(0xb0, 0xc8) },
  {
    encoding: 'big5',
    isLead: within(0xa1, 0xf9),
    isTrail: (byte) => within(0x40, 0x7e)(byte) || highTrail(byte),
    isUsual: (lead, trail) => within(0xa4, 0xc6)(lead) && trail < 0x7f,
  },
  {
    encoding: 'gb18030',
    isLead: within(0x81, 0xfe),
    isTrail: (byte) => within(0x40, 0xfe)(byte) && byte !== 0x7f,
    isUsual: (lead, trail) => within(0xb0, 0xd7)(lead) && trail >= 0xa1,
  },
];

/** How much of the candidate's own a text must have: kana fill half of a Japanese text, Hangul nearly all of a Korean one. */
const NEEDED: Record<string, number> = { shift_jis: 0.6, 'euc-jp': 0.2, 'euc-kr': 0.9, big5: 0.25, gb18030: 0.5 };

function legacyEncoding(sample: Uint8Array): string {
  const fitting = CANDIDATES.find((candidate) => usualShare(sample, candidate) >= NEEDED[candidate.encoding]!);
  if (fitting) return fitting.encoding;
  const letters = sample.filter((byte) => byte >= 0xc0 || within(0x41, 0x5a)(byte) || within(0x61, 0x7a)(byte));
  const high = letters.filter((byte) => byte >= 0xc0).length;
  return high > letters.length / 2 ? 'windows-1251' : 'windows-1252';
}

/** The share of usual pairs among all pairs; 0 where the bytes do not even fit the encoding. */
function usualShare(sample: Uint8Array, { isLead, isTrail, isUsual }: Candidate): number {
  let pairs = 0;
  let usual = 0;
  for (let at = 0; at < sample.length; at += 1) {
    const lead = sample[at]!;
    if (lead < 0x80 || !isLead(lead)) continue;
    const trail = sample[at + 1];
    if (trail === undefined) break;
    if (!isTrail(trail)) return 0;
    pairs += 1;
    if (isUsual(lead, trail)) usual += 1;
    at += 1;
  }
  return pairs === 0 ? 0 : usual / pairs;
}

/** Control characters have no place in text; a few per thousand are forgiven. */
function isReadable(text: string): boolean {
  const start = text.slice(0, SAMPLE);
  const strange = start.match(/[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]/g)?.length ?? 0;
  return strange <= start.length / 200;
}
