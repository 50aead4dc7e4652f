import { isRightToLeft, median, type Segment } from './piece.ts';
import { joinJustified, stripsOf } from './strips.ts';
import { isTable, rowsOfParagraphs, type Column } from './table.ts';

/** A line in reading order: a line of prose, or a row with its cells in order. */
export interface Line {
  cells: string[];
  y: number;
  left: number;
  size: number;
  /** The region's number; lines of a region follow each other downwards. */
  region: number;
}

const MAX_DEPTH = 12;
/** The minimum width, in font sizes, of a gutter that few lines confirm. */
const WIDE_GUTTER = 1.5;

/**
 * Sorts the segments of a page into reading order: bands from top to bottom; within a band with a gutter, column by
 * column for prose, or row by row for a table.
 */
export function readingOrder(segments: Segment[], rightToLeft: boolean): Line[] {
  const lines: Line[] = [];
  let region = 0;
  const joined = (strip: Segment[]) => joinStrip(strip, rightToLeft);
  const visit = (part: Segment[], depth: number) => {
    const strips = joinJustified(stripsOf(part), joined);
    for (let at = 0; at < strips.length;) {
      const band = depth < MAX_DEPTH ? bandAt(strips, at, joined) : null;
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
          visit(column.lines.flat(), depth + 1);
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

interface Span {
  left: number;
  right: number;
}

interface Band {
  strips: Segment[][];
  columns: Column[];
}

/** Returns the band that starts here, or null if the next strip starts a longer one: then this strip stands above it. */
function bandAt(strips: Segment[][], at: number, joined: (strip: Segment[]) => Segment): Band | null {
  const band = bandFrom(strips, at, joined);
  const next = band && at + 1 < strips.length ? bandFrom(strips, at + 1, joined) : null;
  return band && next && next.strips.length >= band.strips.length ? null : band;
}

/** Finds the longest run of strips with a common gutter that has text on both sides. */
function bandFrom(strips: Segment[][], from: number, joined: (strip: Segment[]) => Segment): Band | null {
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
    lines: joinJustified(
      stripsOf(band.flat().filter((segment) => segment.left >= span.left - 0.01 && segment.right <= span.right + 0.01)),
      joined,
    ),
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

/** Returns the rows of a table; a line that only continues cells of the row above is appended to them. */
function rowsOf(strips: Segment[][], columns: Column[], rightToLeft: boolean, region: number): Line[] {
  const columnOf = (segment: Segment) =>
    columns.findIndex(({ left, right }) => segment.left >= left - 0.01 && segment.right <= right + 0.01);
  const paragraphs = rowsOfParagraphs(columns, strips);
  if (paragraphs) return paragraphs.map((row) => toRow(row, columns, rightToLeft, region));
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
  const head = new Set(rows[0]?.cells.map(({ column }) => column));
  const isGrid = columns.length > 2 && head.size === columns.length;
  return rows.map(({ line, cells }) => ({ ...line, cells: isGrid ? inColumns(cells) : cells.map(({ text }) => text) }));
}

/** Builds a row whose cells have several lines. */
function toRow(strips: Segment[][], columns: Column[], rightToLeft: boolean, region: number): Line {
  const line = toLine(strips[0]!, rightToLeft, region);
  const cells = columns.map(({ left, right }) =>
    strips
      .map((strip) => strip.filter((segment) => segment.left >= left - 0.01 && segment.right <= right + 0.01))
      .filter((cell) => cell.length > 0)
      .map((cell) => joinStrip(cell, rightToLeft).text)
      .join(' '),
  );
  return { ...line, y: strips.at(-1)![0]!.y, cells };
}

/** Inserts empty cells, so that a value stays below its column head. */
function inColumns(cells: { column: number; text: string }[]): string[] {
  return cells.flatMap(({ column, text }, index) => {
    const before = cells[index - 1]?.column ?? column;
    return [...Array.from({ length: Math.max(0, column - before - 1) }, () => ''), text];
  });
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

/** Builds a line outside tables; gaps that are narrow for the font size become spaces. */
function toLine(strip: Segment[], rightToLeft: boolean, region: number): Line {
  const cells: Segment[][] = [];
  for (const segment of strip) {
    const before = cells.at(-1)?.at(-1);
    if (before && segment.left - before.right < Math.max(segment.size, before.size) * WIDE_GUTTER) cells.at(-1)!.push(segment);
    else cells.push([segment]);
  }
  const texts = cells.map((cell) => joinStrip(cell, rightToLeft).text);
  const { y, left, size } = joinStrip(strip, rightToLeft);
  return { cells: fromRight(strip, rightToLeft) ? texts.toReversed() : texts, y, left, size, region };
}

function joinStrip(strip: Segment[], rightToLeft: boolean): Segment {
  const main = strip.reduce((largest, segment) => (segment.size > largest.size ? segment : largest));
  const ordered = fromRight(strip, rightToLeft) ? strip.toReversed() : strip;
  return {
    ...main,
    text: ordered.map(({ text }) => text).join(' '),
    left: strip[0]!.left,
    right: Math.max(...strip.map(({ right }) => right)),
    order: Math.min(...strip.map(({ order }) => order)),
  };
}

function fromRight(strip: Segment[], rightToLeft: boolean): boolean {
  return rightToLeft || isRightToLeft(strip.map(({ text }) => text));
}
