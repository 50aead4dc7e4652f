import { median, type Piece } from './piece.ts';

const FEWEST = 4;
const SINGLE = /^\p{L}\p{M}*[.,:;!?]?$/u;

/** Joins letter-spaced headings, `L I G H T`, into words; a wider gap separates words. Expects the pieces of one line. */
export function joinSpacedLetters(pieces: Piece[]): Piece[] {
  const result: Piece[] = [];
  for (let at = 0; at < pieces.length;) {
    const run = runFrom(pieces, at);
    if (run.length >= FEWEST) {
      const { size } = run[0]!;
      result.push(mergeRun(run, size));
      at += run.length;
    } else {
      const piece = pieces[at]!;
      result.push({ ...piece, text: joinWithin(piece.text) });
      at += 1;
    }
  }
  return result;
}

/** Returns the longest run of single letters at regular gaps. */
function runFrom(pieces: Piece[], from: number): Piece[] {
  const run: Piece[] = [];
  for (let at = from; at < pieces.length; at += 1) {
    const piece = pieces[at]!;
    const last = run.at(-1);
    const gap = last ? piece.x - last.x - last.width : 0;
    if (!SINGLE.test(piece.text.trim()) || gap > piece.size * 2.5 || (last && gap < piece.size * 0.12)) break;
    run.push(piece);
  }
  const letters = run.map(({ text }) => text.trim());
  return run.length >= FEWEST && isWordLike(letters) && regular(run) ? run : [];
}

function regular(run: Piece[]): boolean {
  const gaps = gapsOf(run);
  const usual = median(gaps);
  return usual < run[0]!.size * 1.2 && gaps.every((gap) => gap > usual * 0.4);
}

function gapsOf(run: Piece[]): number[] {
  return run.slice(1).map((piece, index) => piece.x - run[index]!.x - run[index]!.width);
}

/** Merges the run into one piece, so that the gaps between its words do not separate columns. */
function mergeRun(run: Piece[], size: number): Piece {
  const limit = median(gapsOf(run)) + size * 0.3;
  const last = run.at(-1)!;
  const text = run.map((piece, index) => {
    const before = run[index - 1];
    const isApart = before !== undefined && piece.x - before.x - before.width > limit;
    return (isApart ? ' ' : '') + piece.text.trim();
  });
  return { ...run[0]!, text: text.join(''), width: last.x + last.width - run[0]!.x };
}

/** Joins letters that are spaced within one piece; two or more spaces separate words. */
function joinWithin(text: string): string {
  const words = text.trim().split(/\s{2,}/);
  const letters = words.flatMap((word) => word.split(/\s/));
  if (letters.length < FEWEST || !letters.every((letter) => SINGLE.test(letter)) || !isWordLike(letters)) return text;
  return words.map((word) => word.replace(/\s/g, '')).join(' ');
}

/** Returns false for marks such as `X X X X` and column names such as `A B C D`. */
function isWordLike(letters: string[]): boolean {
  const codes = letters.map((letter) => letter.codePointAt(0)!);
  return new Set(codes).size > 1 && !codes.every((code, index) => index === 0 || code === codes[index - 1]! + 1);
}
