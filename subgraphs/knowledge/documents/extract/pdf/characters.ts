import type { Piece } from './piece.ts';

/** Private use code points of the Symbol and Wingdings bullets that Word and other programs write. */
const BULLETS = new Map([
  ['\uf0b7', '•'],
  ['\uf0a7', '▪'],
  ['\uf0d8', '➢'],
  ['\uf0fc', '✓'],
  ['\uf06f', '○'],
  ['\uf076', '❖'],
  ['\uf0a8', '☐'],
  ['\uf0fe', '☒'],
]);
/** Code points that are not characters: glyph ids of a font without a ToUnicode table. */
const NO_CHARACTER = /[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\p{Co}\p{Cn}]/gu;
const PRESENTATION_FORMS = /[\ufb00-\ufb06\ufb13-\ufb17\ufb1d-\ufdff\ufe70-\ufefc]/gu;

/** The share of such code points above which all text of a font is discarded. */
const FEW = 0.08;
const MIN_LOST = 10;

export interface Decoded {
  pieces: Piece[][];
  /** Indexes of pages that lost enough characters to warn about. */
  undecodable: number[];
}

/**
 * Removes undecodable text page by page: all text of a font that is mostly undecodable, and single characters of other
 * fonts. Storing them would hide that text is missing.
 */
export function decodedOf(pages: Piece[][]): Decoded {
  const counts = new Map<string, { all: number; none: number }>();
  for (const { font, text } of pages.flat()) {
    const count = counts.get(font) ?? { all: 0, none: 0 };
    counts.set(font, count);
    const plain = replaceBullets(text).replace(/\s/g, '');
    count.all += plain.length;
    count.none += plain.match(NO_CHARACTER)?.length ?? 0;
  }
  const isBelieved = (font: string) => {
    const { all, none } = counts.get(font)!;
    return none <= all * FEW;
  };
  const undecodable: number[] = [];
  const pieces = pages.map((page, index) => {
    let lost = 0;
    let kept = 0;
    const readable = page.flatMap((piece) => {
      const text = isBelieved(piece.font) ? clean(piece.text) : '';
      kept += text.length;
      lost += Math.max(0, piece.text.trim().length - text.trim().length);
      return text.trim() ? [{ ...piece, text }] : [];
    });
    if (lost >= MIN_LOST && lost > kept * 0.02) undecodable.push(index);
    return readable;
  });
  return { pieces, undecodable };
}

function clean(text: string): string {
  return replaceBullets(text)
    .replace(NO_CHARACTER, '')
    .replace(PRESENTATION_FORMS, (form) => form.normalize('NFKC'));
}

function replaceBullets(text: string): string {
  return text.replace(/[\uf000-\uf0ff]/g, (character) => BULLETS.get(character) ?? character);
}
