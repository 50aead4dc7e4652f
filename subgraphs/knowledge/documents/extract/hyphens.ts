import type { ExtractedPage } from './extraction.ts';

/** A hyphenated word across a line break, up to the following space or line end. */
const CUT = /(\p{L}+)([-\u2010\u00ad])\n(\p{Ll}+)(\S*)([ \n]?)/gu;
const WORD = /\p{L}+(?:[-\u2010]\p{L}+)*/gu;

/**
 * Joins words that are hyphenated across lines. Removes soft hyphens. For other hyphens, uses the form, with or without
 * the hyphen, that occurs elsewhere in the document; if neither does, the text is unchanged.
 */
export function joinCutWords(pages: ExtractedPage[]): ExtractedPage[] {
  if (!pages.some(({ text }) => text.search(CUT) >= 0)) return pages;
  const known = new Set(pages.flatMap(({ text }) => text.match(WORD) ?? []).map(plain));
  const wholeOf = (head: string, hyphen: string, tail: string): string | null => {
    if (hyphen !== '\u00ad' && known.has(plain(`${head}-${tail}`))) return `${head}-${tail}`;
    return hyphen === '\u00ad' || known.has(plain(head + tail)) ? head + tail : null;
  };
  return pages.map((page) => ({
    ...page,
    text: page.text.replace(CUT, (cut, head: string, hyphen: string, tail: string, rest: string, after: string) => {
      const whole = wholeOf(head, hyphen, tail);
      return whole === null ? cut : `${whole}${rest}${after && '\n'}`;
    }),
  }));
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll('\u2010', '-');
}
