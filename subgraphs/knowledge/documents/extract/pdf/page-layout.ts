import { separateRunningHeads } from './running-heads.ts';
import { textOf, usualSize } from './page-text.ts';
import { isRightToLeft, type Piece, type Segment } from './piece.ts';
import { readingOrder } from './regions.ts';
import { segmentsOf } from './segments.ts';

/** The pieces of a page and its box: left, bottom, right, top. */
export interface PlacedPage {
  pieces: Piece[];
  box: [number, number, number, number];
}

/**
 * Computes the text of pages in reading order from the positions of the pieces alone: files draw columns line by line,
 * tables column by column, and running heads first.
 */
export function layoutOf(pages: PlacedPage[]): string[] {
  const rightToLeft = isRightToLeft(pages.flatMap(({ pieces }) => pieces.map(({ text }) => text)));
  const laid = pages.map(({ pieces, box }) => directionsOf(pieces).map((group) => turned(group, box, rightToLeft)));
  const main = separateRunningHeads(laid.map(([first]) => first ?? { segments: [], bottom: 0, top: 1 }));
  return laid.map((groups, index) => {
    const { body, runningHeads } = main[index]!;
    const bodySize = usualSize(groups.flatMap(({ segments }) => segments));
    const toText = (segments: Segment[]) => textOf(readingOrder(segments, rightToLeft), bodySize);
    return [toText(body), ...groups.slice(1).map(({ segments }) => toText(segments)), toText(runningHeads)].filter(Boolean).join('\n\n');
  });
}

/** Groups pieces by direction, most text first: a table may be rotated, and a watermark is slanted. */
function directionsOf(pieces: Piece[]): Piece[][] {
  const groups = new Map<number, Piece[]>();
  for (const piece of pieces) {
    const right = Math.round(piece.angle / 90) * 90;
    const angle = Math.abs(piece.angle - right) < 8 ? right : Math.round(piece.angle / 10) * 10;
    const turn = ((angle % 360) + 360) % 360;
    groups.set(turn, [...(groups.get(turn) ?? []), { ...piece, angle: turn }]);
  }
  const lettersOf = (group: Piece[]) => group.reduce((sum, { text }) => sum + text.length, 0);
  return [...groups.values()].toSorted((left, right) => lettersOf(right) - lettersOf(left));
}

/** Rotates the page so that the pieces run along x. */
function turned(pieces: Piece[], [left, bottom, right, top]: PlacedPage['box'], rightToLeft: boolean) {
  const angle = ((pieces[0]?.angle ?? 0) * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const heights = [left, right].flatMap((x) => [bottom, top].map((y) => y * cos - x * sin));
  const upright = pieces.map((piece) => ({ ...piece, x: piece.x * cos + piece.y * sin, y: piece.y * cos - piece.x * sin }));
  return { segments: segmentsOf(upright, rightToLeft), bottom: Math.min(...heights), top: Math.max(...heights) };
}
