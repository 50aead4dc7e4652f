import { decodeDos } from './dos.ts';
import { LETTER_COSTS } from './letter-costs.ts';

const LATIN_WEST = ['de', 'fr', 'es', 'pt_BR', 'it', 'nl', 'sv', 'da', 'nb', 'fi', 'is', 'ca'];
const LATIN_CENTRAL = ['cs', 'sk', 'pl', 'hu', 'hr', 'sl', 'ro', 'de', 'sq'];
const CYRILLIC = ['ru', 'uk', 'bg', 'be', 'sr'];

interface Candidate {
  encoding: string;
  languages: string[];
  /** A penalty in bits for rare encodings and for those that decode the same letters as a common one. */
  handicap: number;
}

const CANDIDATES: Candidate[] = [
  { encoding: 'windows-1252', languages: LATIN_WEST, handicap: 0 },
  { encoding: 'windows-1250', languages: LATIN_CENTRAL, handicap: 2 },
  { encoding: 'iso-8859-2', languages: LATIN_CENTRAL, handicap: 3 },
  { encoding: 'windows-1251', languages: CYRILLIC, handicap: 0 },
  { encoding: 'koi8-u', languages: CYRILLIC, handicap: 1 },
  { encoding: 'ibm866', languages: CYRILLIC, handicap: 1 },
  { encoding: 'iso-8859-5', languages: CYRILLIC, handicap: 3 },
  { encoding: 'x-mac-cyrillic', languages: CYRILLIC, handicap: 4 },
  { encoding: 'windows-1253', languages: ['el'], handicap: 0 },
  { encoding: 'iso-8859-7', languages: ['el'], handicap: 2 },
  { encoding: 'windows-1254', languages: ['tr'], handicap: 2 },
  { encoding: 'windows-1255', languages: ['he'], handicap: 0 },
  { encoding: 'windows-1256', languages: ['ar', 'fa'], handicap: 0 },
  { encoding: 'iso-8859-6', languages: ['ar'], handicap: 3 },
  { encoding: 'windows-1257', languages: ['lt', 'lv', 'et'], handicap: 2 },
  { encoding: 'windows-874', languages: ['th'], handicap: 0 },
  { encoding: 'macintosh', languages: LATIN_WEST, handicap: 5 },
  { encoding: 'cp850', languages: LATIN_WEST, handicap: 6 },
  { encoding: 'cp437', languages: LATIN_WEST, handicap: 7 },
  { encoding: 'cp852', languages: LATIN_CENTRAL, handicap: 7 },
  { encoding: 'shift_jis', languages: ['ja'], handicap: 0 },
  { encoding: 'euc-jp', languages: ['ja'], handicap: 0 },
  { encoding: 'gb18030', languages: ['zh_CN'], handicap: 0 },
  { encoding: 'big5', languages: ['zh_TW'], handicap: 0 },
  { encoding: 'euc-kr', languages: ['ko'], handicap: 0 },
];

const SAMPLE = 8_192;
const UNKNOWN_LETTER = 15;
const UNDECODABLE = 30;
const AFTER_UNKNOWN = 2;
const MIXED_SCRIPTS = 12;
const OTHER_SCRIPT = /[\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Thai}]/u;

/** Decodes a named encoding: a DOS code page, or one that `TextDecoder` supports. */
export function decodeAs(bytes: Uint8Array, encoding: string): string {
  return decodeDos(bytes, encoding) ?? new TextDecoder(encoding).decode(bytes);
}

/** Guesses the encoding, among single-byte and double-byte ones, whose decoded text is most probable in some language. */
export function guessEncoding(bytes: Uint8Array): string {
  const sample = tellingPart(bytes);
  let best = { encoding: 'windows-1252', bits: Infinity };
  for (const { encoding, languages, handicap } of CANDIDATES) {
    const text = decodeAs(sample, encoding);
    for (const language of languages) {
      const bits = handicap + bitsOf(text, modelOf(language), best.bits - handicap);
      if (bits < best.bits) best = { encoding, bits };
    }
  }
  return best.encoding;
}

/**
 * Samples the text around non-ASCII bytes anywhere in the file, because ASCII does not distinguish encodings. Cuts at
 * ASCII only.
 */
function tellingPart(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < bytes.length && size < SAMPLE; at += 1) {
    if (bytes[at]! < 0x80) continue;
    let from = at;
    while (from > 0 && at - from < 16 && !isBreak(bytes[from - 1]!)) from -= 1;
    let to = at + 1;
    while (to < bytes.length && to - from < 512 && !isBreak(bytes[to]!)) to += 1;
    while (to < bytes.length && to - from < 1024 && bytes[to - 1]! >= 0x80) to += 1;
    parts.push(bytes.subarray(from, to), Buffer.from(' '));
    size += to - from;
    at = to;
  }
  return Buffer.concat(parts);
}

/** Returns true for a space, tab or line end, which is never the second byte of a character. */
function isBreak(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

interface Model {
  letters: Map<string, number>;
  pairs: Map<string, number>;
}

const models = new Map<string, Model>();

function modelOf(language: string): Model {
  let model = models.get(language);
  if (!model) {
    const { letters, pairs } = LETTER_COSTS[language]!;
    models.set(language, (model = { letters: costs(letters, 1), pairs: costs(pairs, 2) }));
  }
  return model;
}

function costs(groups: string, length: number): Map<string, number> {
  const found = new Map<string, number>();
  groups.split('|').forEach((group, index) => {
    for (let at = 0; at < group.length; at += length) found.set(group.slice(at, at + length), index + 1);
  });
  return found;
}

/** Computes the cost of the text in the language; gives up above `limit`. */
function bitsOf(text: string, { letters, pairs }: Model, limit: number): number {
  const lower = text.toLowerCase();
  const sameLength = lower.length === text.length;
  let bits = 0;
  let before = ' ';
  for (let at = 0; at < lower.length && bits < limit; at += 1) {
    const letter = lower[at]!;
    const isOutside = letter > '\x7f';
    if (isOutside) bits += pairs.get(before + letter) ?? unpaired(letter, before, letters);
    // A capital within a word is likely a small letter of another encoding.
    if (isOutside && sameLength && letter !== text[at] && /\p{Ll}/u.test(text[at - 1] ?? '')) bits += 4;
    // A word that mixes Latin with such a script is likely Latin text in another encoding.
    if (isOutside && OTHER_SCRIPT.test(letter) && (/[a-z]/.test(before) || /[a-z]/.test(lower[at + 1] ?? ''))) bits += MIXED_SCRIPTS;
    before = /[\p{L}\p{M}]/u.test(letter) ? letter : ' ';
  }
  return bits;
}

function unpaired(letter: string, before: string, letters: Map<string, number>): number {
  const cost = letters.get(letter);
  if (cost !== undefined) return Math.min(UNKNOWN_LETTER, cost + (before > '\x7f' || letters.size < 200 ? AFTER_UNKNOWN : 0));
  if (letter === '\ufffd' || (letter >= '\x80' && letter <= '\x9f') || (letter >= '\ue000' && letter <= '\uf8ff')) return UNDECODABLE;
  if (/[“”„‘’«»–—…·•§°€£©®\u00a0№。、「」，：！？（）\u3000《》]/u.test(letter)) return 7;
  return /[\u2500-\u259f]/u.test(letter) ? 11 : UNKNOWN_LETTER;
}

const WIDE_LANGUAGES = ['ja', 'zh_CN', 'zh_TW', 'ko'];
const WIDE_SAMPLE = 4_000;
const MIN_USUAL = 0.75;

/**
 * Detects UTF-16 of East Asian text without a byte order mark or zero bytes: most characters must be common in one
 * language.
 */
export function guessWide(bytes: Uint8Array): string | null {
  if (bytes.length % 2 === 1 || bytes.length < 8) return null;
  for (const encoding of ['utf-16le', 'utf-16be']) {
    const letters = [...new TextDecoder(encoding).decode(bytes.subarray(0, WIDE_SAMPLE))].filter((letter) =>
      /[^\s\u3000-\u303f]/u.test(letter),
    );
    const isUsual = WIDE_LANGUAGES.some((language) => {
      const known = modelOf(language).letters;
      return letters.filter((letter) => known.has(letter) || /[\x20-\x7e\uff00-\uff60]/.test(letter)).length >= letters.length * MIN_USUAL;
    });
    if (letters.length > 0 && isUsual) return encoding;
  }
  return null;
}
