import type { ExtractedPage } from './extraction.ts';

/** A word that the end of a line cuts, up to the blank or the line end behind it. */
const CUT = /(\p{L}+)([-\u2010\u00ad])\n(\p{Ll}+)(\S*)([ \n]?)/gu;
const WORD = /\p{L}+(?:[-\u2010]\p{L}+)*/gu;

/**
 * Puts words together again that the end of a line cuts. A soft hyphen goes. Of any other, the rest of the document
 * tells whether it belongs to the word: a form that stands within a line elsewhere is taken; where neither does, the
 * text stays as it is.
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
