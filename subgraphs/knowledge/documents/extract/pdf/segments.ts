import { joinVisual } from './direction.ts';
import { joinSpacedLetters } from './letter-spacing.ts';
import type { Piece, Segment } from './piece.ts';

/** The gap, in font sizes, that may separate columns or cells if many lines have it. */
const COLUMN_GAP = 0.5;

/** Splits the lines of a page into segments at wide gaps. All pieces run along x. */
export function segmentsOf(pieces: Piece[], rightToLeft: boolean): Segment[] {
  const order = new Map(pieces.map((piece, index) => [piece, index]));
  return rowsOf(drawnOnce(pieces)).flatMap((row) => {
    const sorted = joinSpacedLetters(row.toSorted((left, right) => left.x - right.x));
    return splitAtGaps(sorted).map((parts) => {
      const main = parts.reduce((largest, part) => (part.size > largest.size ? part : largest));
      return {
        text: joinVisual(parts, rightToLeft),
        left: Math.min(...parts.map(({ x }) => x)),
        right: Math.max(...parts.map(({ x, width }) => x + width)),
        y: main.y,
        size: main.size,
        order: Math.min(...parts.map((part) => order.get(part) ?? Infinity)),
      };
    });
  });
}

/** Removes repeated pieces: bold text and shadows may be drawn several times with a small offset. */
function drawnOnce(pieces: Piece[]): Piece[] {
  const kept: Piece[] = [];
  const near = new Map<string, Piece[]>();
  const CELL = 64;
  for (const piece of pieces) {
    const column = Math.floor(piece.x / CELL);
    const row = Math.floor(piece.y / CELL);
    const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].flatMap((dy) => near.get(`${column + dx}:${row + dy}`) ?? []));
    if (around.some((other) => repeats(piece, other))) continue;
    kept.push(piece);
    for (let at = column; at <= Math.floor((piece.x + piece.width) / CELL) && at < column + 200; at += 1) {
      const key = `${at}:${row}`;
      near.set(key, [...(near.get(key) ?? []), piece]);
    }
  }
  return kept;
}

/** Returns true if `piece` repeats `other` or a part of it at the same position. */
function repeats(piece: Piece, other: Piece): boolean {
  const size = Math.min(piece.size, other.size);
  if (Math.abs(piece.y - other.y) > size * 0.15 || Math.abs(piece.size - other.size) > size * 0.1) return false;
  const slack = Math.min(size * 0.12, piece.width * 0.6);
  if (piece.text.trim() === other.text.trim()) return Math.abs(piece.x - other.x) <= slack;
  if (piece.text.trim().length < 2 || !other.text.includes(piece.text.trim())) return false;
  return piece.x >= other.x - slack && piece.x + piece.width <= other.x + other.width + slack;
}

/** Groups pieces by baseline. Superscripts and subscripts stay on their line. */
function rowsOf(pieces: Piece[]): Piece[][] {
  const rows: { anchor: Piece; pieces: Piece[] }[] = [];
  for (const piece of pieces.toSorted((left, right) => right.y - left.y)) {
    // Only the last rows can be the same line.
    const row = rows.slice(-4).findLast(({ anchor }) => onOneLine(piece, anchor));
    if (!row) {
      rows.push({ anchor: piece, pieces: [piece] });
      continue;
    }
    row.pieces.push(piece);
    if (piece.size > row.anchor.size) row.anchor = piece;
  }
  return rows.map((row) => row.pieces);
}

function onOneLine(piece: Piece, anchor: Piece): boolean {
  const [small, large] = piece.size < anchor.size ? [piece, anchor] : [anchor, piece];
  const distance = Math.abs(piece.y - anchor.y);
  if (large.size > small.size * 2.2) return distance < small.size * 0.3;
  const overlap = Math.min(small.y + small.size, large.y + large.size) - Math.max(small.y, large.y);
  return overlap >= small.size * 0.5 && distance < large.size * 0.6;
}

function splitAtGaps(sorted: Piece[]): Piece[][] {
  const parts: Piece[][] = [];
  let end = -Infinity;
  for (const piece of sorted) {
    const last = parts.at(-1);
    if (last && piece.x - end < Math.max(piece.size, last.at(-1)!.size) * COLUMN_GAP) last.push(piece);
    else parts.push([piece]);
    end = Math.max(last?.at(-1) === piece ? end : -Infinity, piece.x + piece.width);
  }
  return parts;
}
