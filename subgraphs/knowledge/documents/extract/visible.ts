/** Terminal escape sequences: colours, cursor movements, window titles. */
const TERMINAL = /\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|\x1b[ -/]?[0-~]/g;
/** A soft hyphen, visible only at the end of a line. */
const SOFT_HYPHEN = /\u00ad\n?/g;
/**
 * Invisible characters: zero-width spaces, direction controls, fillers, and tag characters, which can hide instructions
 * from a reader. Zero-width joiners are kept where scripts and emoji need them.
 */
const INVISIBLE =
  /[\u034f\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}]/gu;
const JOINER_IN_WORD =
  /(?<=[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{N}])[\u200c\u200d]+(?=[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{N}])/gu;
/** Variation selectors. One selects a glyph of the preceding character; several in a row can hide data. */
const SELECTORS =
  /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}|(?<=[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\s])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/**
 * Keeps characters that PostgreSQL can store and a reader can see. Normalises to NFC, so that equal words have equal
 * code points.
 */
export function visibleText(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\r\n?|[\u2028\u2029]/g, '\n')
      .replace(TERMINAL, '')
      .replace(SOFT_HYPHEN, '')
      .replace(INVISIBLE, '')
      .replace(JOINER_IN_WORD, '')
      .replace(SELECTORS, '')
      .normalize('NFC')
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '')
      // Matches only from the start of a run of spaces; otherwise a long run takes quadratic time.
      .replace(/(?<![ \t])[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
}
