import { median, type Segment } from './piece.ts';

export interface Column {
  left: number;
  right: number;
  segments: Segment[];
}

/** Columns with fewer letters than this share say nothing about what the others are. */
const COUNTS = 0.15;

/** Whether text in columns is read row by row: the cells of a table, labels beside values. Otherwise it is prose set in columns. */
export function isTable(columns: Column[], strips: Segment[][]): boolean {
  const letters = columns.map(lettersOf);
  const all = letters.reduce((sum, count) => sum + count, 0);
  const counting = columns.filter((_, index) => letters[index]! >= all * COUNTS);
  const shared = strips.filter((strip) => strip.length > 1).length / strips.length;
  if (counting.length > 1 && counting.every(isProse)) return hasRowsOfParagraphs(columns, strips);
  // Lines beside each other at other heights are no rows.
  if (shared < 0.35 && columns.filter(({ segments }) => segments.length > 2).length > 1) return false;
  return !(isList(counting) && drawnByColumn(counting));
}

function lettersOf({ segments }: Column): number {
  return segments.reduce((sum, { text }) => sum + text.length, 0);
}

/** Most lines fill the column and hold several words. */
function isProse({ left, right, segments }: Column): boolean {
  if (segments.length < 3) return false;
  const width = right - left;
  const text = segments.map((segment) => segment.text).join('');
  const filled = median(segments.map((segment) => (segment.right - segment.left) / width));
  const isWords = (text.match(/\p{L}/gu)?.length ?? 0) > text.length * 0.6;
  return width > median(segments.map(({ size }) => size)) * 9 && filled > 0.65 && isWords && linesOf(segments) >= 3;
}

function linesOf(segments: Segment[]): number {
  return new Set(segments.map(({ y }) => Math.round(y))).size;
}

/** Cells that hold paragraphs: several times, all columns begin at one height below a wider gap. */
function hasRowsOfParagraphs(columns: Column[], strips: Segment[][]): boolean {
  const steps = strips.slice(1).map((strip, index) => strips[index]![0]!.y - strip[0]!.y);
  const least = median(steps.filter((step) => step <= median(steps)));
  const begins = strips.filter((_, index) => index === 0 || steps[index - 1]! > least * 1.3);
  const full = begins.filter((strip) => strip.length >= columns.length);
  return begins.length > 2 && full.length === begins.length && !drawnByColumn(columns);
}

/** Many short entries of words, such as those of an index, in columns alike. */
function isList(columns: Column[]): boolean {
  const widths = columns.map(({ left, right }) => right - left);
  return (
    columns.length > 1 &&
    Math.min(...widths) > Math.max(...widths) * 0.5 &&
    columns.every(
      ({ segments }) => segments.length >= 6 && segments.filter(({ text }) => /\p{L}{3}/u.test(text)).length > segments.length * 0.8,
    )
  );
}

/** The file draws one column whole before the next. */
function drawnByColumn(columns: Column[]): boolean {
  const spans = columns
    .map(({ segments }) => segments.map(({ order }) => order))
    .map((orders) => ({ from: Math.min(...orders), to: Math.max(...orders) }))
    .toSorted((left, right) => left.from - right.from);
  return spans.every((span, index) => index === 0 || span.from > spans[index - 1]!.to);
}
