import { directionsOf, type Piece } from './piece.ts';

const SPACE = 0.15;
const IDEOGRAPHS = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]$/u;
/** Punctuation at the end of a clause, drawn at the left of a number in a right-to-left line. */
const CLAUSE_END = /^([.,:;!?\u2026]+)(\d.*)$/u;
const BRACKETS = new Map([...'()[]{}«»‹›'].map((bracket, index, all) => [bracket, all[index ^ 1]!]));

/** The direction of a token: letters, a number, whitespace, or anything else. */
type Kind = 'ltr' | 'rtl' | 'number' | 'blank' | 'mark';

interface Token {
  text: string;
  kind: Kind;
}

/**
 * Joins neighbouring pieces of a line, sorted by x, in reading order. The text of each piece is in logical order
 * already, so only the order of the pieces is reversed: the inverse of the bidirectional algorithm.
 */
export function joinVisual(pieces: Piece[], rightToLeft: boolean): string {
  const tokens = tokensOf(pieces);
  const { rtl, ltr } = directionsOf(tokens.map(({ text }) => text).join(''));
  const base = rtl > 0 && (rightToLeft || rtl >= ltr) ? 'rtl' : 'ltr';
  const text = (rtl === 0 ? tokens : base === 'rtl' ? fromRight(tokens) : fromLeft(tokens)).map((token) => token.text).join('');
  return (base === 'rtl' ? unmirrored(text) : text).replace(/[ \t\u00a0]+/g, ' ').trim();
}

function tokensOf(pieces: Piece[]): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  pieces.forEach((piece, index) => {
    const before = pieces[index - 1];
    if (before && parted(before, piece, piece.x - end)) tokens.push({ text: ' ', kind: 'blank' });
    tokens.push({ text: piece.text.trim(), kind: kindOf(piece.text) });
    end = Math.max(before ? end : -Infinity, piece.x + piece.width);
  });
  return tokens;
}

function kindOf(text: string): Kind {
  const { rtl, ltr } = directionsOf(text);
  if (rtl + ltr > 0) return rtl >= ltr ? 'rtl' : 'ltr';
  return /\d/.test(text) ? 'number' : 'mark';
}

function parted(before: Piece, piece: Piece, gap: number): boolean {
  const size = Math.max(piece.size, before.size);
  if (IDEOGRAPHS.test(before.text.trim().slice(-1)) && IDEOGRAPHS.test(piece.text.trim().slice(0, 1))) return gap > size * 0.9;
  return gap > size * SPACE || /\s$/.test(before.text) || /^\s/.test(piece.text);
}

/** Reverses a line, but keeps the order of numbers and left-to-right runs. */
function fromRight(tokens: Token[]): Token[] {
  const runs: Token[][] = [];
  for (let at = 0; at < tokens.length;) {
    const to = endOfRun(tokens, at);
    const run = tokens.slice(at, to);
    runs.push(
      run.map(({ text, kind }) => ({ kind, text: kind === 'number' && run.length === 1 ? text.replace(CLAUSE_END, '$2$1') : text })),
    );
    at = to;
  }
  return runs.toReversed().flat();
}

/** Returns the end of a left-to-right run; whitespace belongs to it only after a left-to-right word. */
function endOfRun(tokens: Token[], from: number): number {
  let end = from + 1;
  const first = tokens[from]!.kind;
  if (first !== 'ltr' && first !== 'number') return end;
  let hasWord = first === 'ltr';
  for (let at = end; at < tokens.length; at += 1) {
    const { kind } = tokens[at]!;
    if (kind === 'rtl' || (kind === 'blank' && !hasWord)) break;
    if (kind === 'ltr' || kind === 'number') end = at + 1;
    hasWord ||= kind === 'ltr';
  }
  return end;
}

/** Reverses each right-to-left run of a left-to-right line. */
function fromLeft(tokens: Token[]): Token[] {
  const result: Token[] = [];
  for (let at = 0; at < tokens.length;) {
    let end = at + 1;
    if (tokens[at]!.kind === 'rtl')
      for (let to = end; to < tokens.length && tokens[to]!.kind !== 'ltr'; to += 1) if (tokens[to]!.kind === 'rtl') end = to + 1;
    result.push(...fromRight(tokens.slice(at, end)));
    at = end;
  }
  return result;
}

/**
 * Restores brackets, which are mirrored in a right-to-left line and stored as drawn in some files: closing before
 * opening.
 */
function unmirrored(text: string): string {
  const isMirrored = ['()', '[]', '{}', '«»', '‹›'].some(([open, close]) => {
    const closing = text.indexOf(close!);
    return closing >= 0 && text.indexOf(open!) > closing;
  });
  return isMirrored ? [...text].map((character) => BRACKETS.get(character) ?? character).join('') : text;
}
