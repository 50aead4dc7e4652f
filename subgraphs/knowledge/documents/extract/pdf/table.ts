import { median, type Segment } from './piece.ts';

export interface Column {
  left: number;
  right: number;
  /** Its segments, line by line. */
  lines: Segment[][];
}

/** The minimum share of letters of a column that is considered. */
const COUNTS = 0.15;

/** Returns true if columns are read row by row (a table, labels with values), false for prose in columns. */
export function isTable(columns: Column[], strips: Segment[][]): boolean {
  const letters = columns.map(lettersOf);
  const all = letters.reduce((sum, count) => sum + count, 0);
  const counting = columns.filter((_, index) => letters[index]! >= all * COUNTS);
  const shared = strips.filter((strip) => strip.length > 1).length / strips.length;
  if (counting.length > 1 && counting.every(isProse)) return rowsOfParagraphs(columns, strips) !== null;
  // Lines at different heights are not rows.
  if (shared < 0.35 && columns.filter(({ lines }) => lines.length > 2).length > 1) return false;
  return !(isList(counting) && drawnByColumn(counting));
}

function lettersOf({ lines }: Column): number {
  return lines.flat().reduce((sum, { text }) => sum + text.length, 0);
}

/** Returns true if most lines fill the column and have several words. */
function isProse({ left, right, lines }: Column): boolean {
  if (lines.length < 3) return false;
  const width = right - left;
  const text = lines
    .flat()
    .map((segment) => segment.text)
    .join('');
  const filled = median(lines.map((line) => (line.at(-1)!.right - line[0]!.left) / width));
  const isWords = (text.match(/\p{L}/gu)?.length ?? 0) > text.length * 0.6;
  const parts = lines.flat().length / lines.length;
  return width > median(lines.map(([first]) => first!.size)) * 9 && filled > 0.65 && isWords && parts < 2;
}

/**
 * Groups strips into rows if cells contain paragraphs: several times, all columns begin at the same height after a
 * wider gap. Returns null otherwise, as for prose in columns.
 */
export function rowsOfParagraphs(columns: Column[], strips: Segment[][]): Segment[][][] | null {
  const steps = strips.slice(1).map((strip, index) => strips[index]![0]!.y - strip[0]!.y);
  const usual = median(steps.filter((step) => step <= median(steps)));
  const rows: Segment[][][] = [];
  strips.forEach((strip, index) => {
    if (index === 0 || steps[index - 1]! > usual * 1.3) rows.push([strip]);
    else rows.at(-1)!.push(strip);
  });
  const isFull = ([first]: Segment[][]) =>
    columns.every(({ left, right }) => first!.some((segment) => segment.left >= left - 0.01 && segment.right <= right + 0.01));
  return rows.length > 2 && rows.some((row) => row.length > 1) && rows.every(isFull) && !drawnByColumn(columns) ? rows : null;
}

/** Returns true for columns of similar width with many short entries of words, such as an index. */
function isList(columns: Column[]): boolean {
  const widths = columns.map(({ left, right }) => right - left);
  return (
    columns.length > 1 &&
    Math.min(...widths) > Math.max(...widths) * 0.5 &&
    columns.every(
      ({ lines }) =>
        lines.length >= 6 && lines.filter((line) => line.some(({ text }) => /\p{L}{3}/u.test(text))).length > lines.length * 0.8,
    )
  );
}

/** Returns true if the file draws each column completely before the next. */
function drawnByColumn(columns: Column[]): boolean {
  const spans = columns
    .map(({ lines }) => lines.flat().map(({ order }) => order))
    .map((orders) => ({ from: Math.min(...orders), to: Math.max(...orders) }))
    .toSorted((left, right) => left.from - right.from);
  return spans.every((span, index) => index === 0 || span.from > spans[index - 1]!.to);
}
