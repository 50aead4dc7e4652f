import { directionsOf, type Piece } from './piece.ts';

const SPACE = 0.15;
const IDEOGRAPHS = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]$/u;

/**
 * The text of neighbouring pieces of a line, sorted by x, in the order in which it is read. Each piece holds its own text
 * in that order already; what remains is the order of the pieces, by the direction of the letters in them.
 */
export function joinVisual(pieces: Piece[], rightToLeft: boolean): string {
  const words = wordsOf(pieces);
  const sum = directionsOf(words.map(({ text }) => text).join(''));
  const base = sum.rtl > 0 && (rightToLeft || sum.rtl >= sum.ltr) ? 'rtl' : 'ltr';
  const ordered = sum.rtl === 0 ? words : ordering(words, base);
  return ordered
    .map(({ text }) => text)
    .join(' ')
    .replace(/[ \t\u00a0]+/g, ' ')
    .trim();
}

interface Word {
  text: string;
  direction: 'rtl' | 'ltr' | 'none';
}

/** Pieces without a gap between them are one word; a blank at the rim of a piece is a gap, too. */
function wordsOf(pieces: Piece[]): Word[] {
  const groups: Piece[][] = [];
  let end = 0;
  for (const piece of pieces) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last && before && !parted(before, piece, piece.x - end)) last.push(piece);
    else groups.push([piece]);
    end = Math.max(before ? end : -Infinity, piece.x + piece.width);
  }
  return groups.map((group) => {
    const { rtl, ltr } = directionsOf(group.map(({ text }) => text).join(''));
    const direction = rtl > 0 && rtl >= ltr ? 'rtl' : ltr > 0 ? 'ltr' : 'none';
    const texts = group.map(({ text }) => text.trim());
    return { text: (direction === 'rtl' ? letterRuns(texts) : texts).join(''), direction };
  });
}

function parted(before: Piece, piece: Piece, gap: number): boolean {
  const size = Math.max(piece.size, before.size);
  if (IDEOGRAPHS.test(before.text.trim().slice(-1)) && IDEOGRAPHS.test(piece.text.trim().slice(0, 1))) return gap > size * 0.9;
  // Blanks that pdf.js puts at the rim of a piece in RTL text may stand on either side.
  return gap > size * SPACE || /\s$/.test(before.text) || /^\s/.test(piece.text);
}

/** Letters and pieces of a word that is read from the right; numbers in it keep their order. */
function letterRuns(texts: string[]): string[] {
  const isNumber = (text: string) => !/\p{L}/u.test(text) && /\d/.test(text);
  return regroup(texts, isNumber);
}

/** Words of a line in which some are read from the right. */
function ordering(words: Word[], base: 'rtl' | 'ltr'): Word[] {
  if (base === 'rtl') return regroup(words, (word, before) => word.direction === 'ltr' || (word.direction === 'none' && before));
  const result: Word[] = [];
  for (let at = 0; at < words.length;) {
    let last = at;
    if (words[at]!.direction === 'rtl')
      for (let to = at + 1; to < words.length && words[to]!.direction !== 'ltr'; to += 1) if (words[to]!.direction === 'rtl') last = to;
    result.push(...words.slice(at, last + 1).reverse());
    at = last + 1;
  }
  return result;
}

/** Reverses a sequence, and leaves runs of those that `keeps` in their order; it learns whether the one before was kept. */
function regroup<T>(items: T[], keeps: (item: T, before: boolean) => boolean): T[] {
  const groups: T[][] = [];
  let before = false;
  for (const item of items) {
    const kept = keeps(item, before);
    if (kept && before) groups.at(-1)!.push(item);
    else groups.push([item]);
    before = kept;
  }
  return groups.reverse().flat();
}
