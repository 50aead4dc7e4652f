/** Colours and movements of terminals, and titles of their windows. */
const TERMINAL = /\x1b\[[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|\x1b[ -/]?[0-~]/g;
/** A hyphen that is seen only at the end of a line. */
const SOFT_HYPHEN = /\u00ad\n?/g;
/**
 * What nobody sees: zero-width spaces, direction controls, fillers, and tag characters, in which instructions can be
 * hidden from a reader. Zero-width joiners stay where scripts and emoji need them.
 */
const INVISIBLE =
  /[\u034f\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e007f}]/gu;
const JOINER_IN_WORD =
  /(?<=[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{N}])[\u200c\u200d]+(?=[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{N}])/gu;
/** One selects the form of the character before it; more of them carry hidden data. */
const SELECTORS =
  /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}|(?<=[\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\s])[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/** Only characters that PostgreSQL keeps and a reader can see; composed, so that equal words are equal. */
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
      // Begins a match only where the blanks begin, or a long run of them takes quadratic time.
      .replace(/(?<![ \t])[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  );
}
