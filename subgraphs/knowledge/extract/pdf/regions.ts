import { isRightToLeft, median, type Segment } from './piece.ts';
import { isTable, type Column } from './table.ts';

/** A line of the page as it is read: a line of prose, or a row with its cells in order. */
export interface Line {
  cells: string[];
  y: number;
  left: number;
  size: number;
  /** Lines of one region follow each other downwards; the number parts regions. */
  region: number;
}

const MAX_DEPTH = 12;
/** A gutter runs through this many lines, or it is wide. */
const WIDE_GUTTER = 1.5;

/**
 * Brings the segments of a page into the order of reading: bands from top to bottom, and within a band whose lines leave
 * a gutter free, either column after column, where columns of prose stand beside each other, or row by row.
 */
export function readingOrder(segments: Segment[], rightToLeft: boolean): Line[] {
  const lines: Line[] = [];
  let region = 0;
  const visit = (part: Segment[], depth: number) => {
    const strips = stripsOf(part);
    for (let at = 0; at < strips.length;) {
      const band = depth < MAX_DEPTH ? bandFrom(strips, at) : null;
      if (!band) {
        lines.push(toLine(strips[at]!, rightToLeft, region));
        at += 1;
        continue;
      }
      region += 1;
      const columns = rightToLeft ? band.columns.toReversed() : band.columns;
      if (isTable(columns, band.strips)) lines.push(...rowsOf(band.strips, columns, rightToLeft, region));
      else {
        for (const column of columns) {
          visit(column.segments, depth + 1);
          region += 1;
        }
      }
      region += 1;
      at += band.strips.length;
    }
  };
  visit(segments, 0);
  return lines;
}

/** Segments at one height, from top to bottom. */
function stripsOf(segments: Segment[]): Segment[][] {
  const strips: { floor: number; segments: Segment[] }[] = [];
  for (const segment of segments.toSorted((left, right) => right.y - left.y)) {
    const strip = strips.at(-1);
    if (strip && segment.y + segment.size * 0.45 > strip.floor) strip.segments.push(segment);
    else strips.push({ floor: segment.y, segments: [segment] });
  }
  return strips.map((strip) => strip.segments.toSorted((left, right) => left.left - right.left));
}

interface Span {
  left: number;
  right: number;
}

interface Band {
  strips: Segment[][];
  columns: Column[];
}

/** The longest run of strips, from one on, through all of which a gutter is free that has text on both its sides. */
function bandFrom(strips: Segment[][], from: number): Band | null {
  let spans: Span[] = [];
  let best: { to: number; spans: Span[] } | null = null;
  for (let at = from; at < strips.length; at += 1) {
    const gap = median(strips[at]!.map(({ size }) => size));
    spans = merged([...spans, ...strips[at]!], gap * 0.6);
    if (spans.length > 1) best = { to: at + 1, spans };
    else if (best || at > from + 1) break;
  }
  if (!best) return null;
  const band = strips.slice(from, best.to);
  const size = median(band.flat().map((segment) => segment.size));
  const shared = band.filter((strip) => strip.length > 1).length;
  const gutter = Math.max(...best.spans.slice(1).map((span, index) => span.left - best.spans[index]!.right));
  if (shared === 0 && band.length < 6) return null;
  if (gutter < size * (shared > 2 ? 0.8 : WIDE_GUTTER)) return null;
  const columns = best.spans.map((span) => ({
    ...span,
    segments: band.flat().filter((segment) => segment.left >= span.left - 0.01 && segment.right <= span.right + 0.01),
  }));
  return { strips: band, columns };
}

function merged(spans: Span[], least: number): Span[] {
  const result: Span[] = [];
  for (const { left, right } of spans.toSorted((one, other) => one.left - other.left)) {
    const last = result.at(-1);
    if (last && left - last.right < least) last.right = Math.max(last.right, right);
    else result.push({ left, right });
  }
  return result;
}

/** Rows of a table; a line that only continues cells of the row above goes into these. */
function rowsOf(strips: Segment[][], columns: Column[], rightToLeft: boolean, region: number): Line[] {
  const columnOf = (segment: Segment) =>
    columns.findIndex(({ left, right }) => segment.left >= left - 0.01 && segment.right <= right + 0.01);
  const rows: { line: Line; cells: { column: number; text: string }[] }[] = [];
  for (const strip of strips) {
    const ordered = rightToLeft ? strip.toReversed() : strip;
    const cells = ordered.map((segment) => ({ column: columnOf(segment), text: segment.text }));
    const line = toLine(strip, rightToLeft, region);
    const row = rows.at(-1);
    if (row && continues(row, line, cells, columns.length)) {
      for (const { column, text } of cells) row.cells.find((cell) => cell.column === column)!.text += ` ${text}`;
      row.line.y = line.y;
    } else rows.push({ line, cells });
  }
  const isGrid = columns.length > 2 && rows.some(({ cells }) => new Set(cells.map(({ column }) => column)).size === columns.length);
  return rows.map(({ line, cells }) => ({ ...line, cells: isGrid ? inColumns(cells) : cells.map(({ text }) => text) }));
}

/** Leaves the places of empty cells free, so that a value stays under its head. */
function inColumns(cells: { column: number; text: string }[]): string[] {
  const last = Math.max(...cells.map(({ column }) => column));
  return Array.from({ length: last + 1 }, (_, at) => cells.filter(({ column }) => column === at).map(({ text }) => text)).flatMap(
    (texts) => (texts.length > 0 ? texts : ['']),
  );
}

function continues(
  row: { line: Line; cells: { column: number }[] },
  line: Line,
  cells: { column: number; text: string }[],
  columns: number,
): boolean {
  if (row.line.y - line.y > line.size * 1.45 || cells.length >= Math.min(columns, row.cells.length)) return false;
  const unlike = new Set(cells.map(({ column }) => column)).size < cells.length;
  return (
    !unlike &&
    cells.every(
      ({ column, text }) => column > 0 && /\p{L}{2}/u.test(text) && row.cells.filter((cell) => cell.column === column).length === 1,
    )
  );
}

/** A strip without a table around it; gaps that are narrow for its letters are blanks. */
function toLine(strip: Segment[], rightToLeft: boolean, region: number): Line {
  const main = strip.reduce((largest, segment) => (segment.size > largest.size ? segment : largest));
  const ordered = rightToLeft || isRightToLeft(strip.map(({ text }) => text)) ? strip.toReversed() : strip;
  const cells: string[] = [];
  ordered.forEach((segment, index) => {
    const before = ordered[index - 1];
    const gap = before ? Math.max(segment.left - before.right, before.left - segment.right) : Infinity;
    if (gap < Math.max(segment.size, before?.size ?? 0) * WIDE_GUTTER) cells[cells.length - 1] += ` ${segment.text}`;
    else cells.push(segment.text);
  });
  return { cells, y: main.y, left: Math.min(...strip.map(({ left }) => left)), size: main.size, region };
}
