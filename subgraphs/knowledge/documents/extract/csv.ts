import { parse } from 'csv-parse/sync';
import { Failure } from '../../../../schema/errors.ts';
import type { ExtractedPage } from './extraction.ts';
import { requireText } from './text.ts';
import type { Warn } from './warnings.ts';

const DELIMITERS = [',', ';', '\t', '|'];
const TYPED_ROWS = 50;
const MAX_TITLE_ROWS = 10;

/** Writes each row as a self-contained line: `- column: value; column: value`. */
export async function readCsv(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const rows = parseRows(requireText(bytes, warn)).map((row) => row.map((cell) => cell.replace(/\s+/g, ' ').trim()));
  const filled = rows.filter((row) => row.some(Boolean));
  const titles = titleRows(filled);
  const [head = [], ...body] = filled.slice(titles);
  const lines =
    isHeader(head, body) && body.length > 0
      ? body.map((row) => describeRow(head, row))
      : filled.slice(titles).map((row) => `- ${row.filter(Boolean).join('; ')}`);
  const above = filled.slice(0, titles).map((row) => row.filter(Boolean).join('; '));
  return [{ number: null, text: [...above, ...(above.length > 0 ? [''] : []), ...lines].join('\n') }];
}

function parseRows(text: string): string[][] {
  // Excel may declare the delimiter in a first line of its own.
  const named = /^\ufeff?"?sep=([^\r\n]|\\t)"?[ \t]*(?:\r\n?|\n)/i.exec(text);
  const table = named ? text.slice(named[0].length) : text;
  const options = {
    delimiter: named ? named[1]!.replace('\\t', '\t') : delimiterOf(table),
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  };
  try {
    return parse(table, options) as string[][];
  } catch {
    // An unclosed quotation mark is an ordinary character.
    return parseWithoutQuotes(table, options);
  }
}

function parseWithoutQuotes(text: string, options: object): string[][] {
  try {
    return (parse(text, { ...options, quote: null }) as string[][]).map((row) => row.map((cell) => cell.replace(/^"(.*)"$/, '$1')));
  } catch (error) {
    throw new Failure('DOCUMENT_BROKEN', { reason: 'The table cannot be read: its rows cannot be separated.' }, { cause: error });
  }
}

/** Returns the delimiter that splits most of the first lines into the same, and largest, number of cells. */
function delimiterOf(text: string): string {
  const sample = text.slice(0, 20_000).replace(/"(?:[^"\n]|"")*"/g, '');
  const lines = sample
    .split(/\r\n?|\n/)
    .slice(0, 20)
    .filter(Boolean);
  const score = (delimiter: string) => {
    const counts = new Map<number, number>();
    for (const line of lines) {
      const cells = line.split(delimiter).length;
      if (cells > 1) counts.set(cells, (counts.get(cells) ?? 0) + 1);
    }
    return Math.max(0, ...[...counts].map(([cells, times]) => times * 1_000 + Math.min(cells, 999)));
  };
  return DELIMITERS.reduce((best, delimiter) => (score(delimiter) > score(best) ? delimiter : best));
}

/** Counts the one-cell rows above a table of several columns. */
function titleRows(rows: string[][]): number {
  // An empty first cell beside a single other one is a header with row names.
  const count = rows.findIndex((row) => row.filter(Boolean).length > 1 || (row.length === 2 && row[0] === ''));
  return count > 0 && count <= MAX_TITLE_ROWS ? count : 0;
}

const isNumber = (cell: string) => /^[-+]?[\d.,\s%€$£]+$/.test(cell);
const isYear = (cell: string) => /^(?:1[5-9]|20|21)\d\d$/.test(cell);

/** Returns true if the row names columns: some names may be years, missing or repeated if the rows below look different. */
function isHeader(row: string[], body: string[][]): boolean {
  const names = row.filter((cell) => cell !== '' && !isNumber(cell));
  if (names.length === 0 && !(row[0] === '' && row.slice(1).every(isYear))) return false;
  if (row.some((cell) => isNumber(cell) && !isYear(cell))) return false;
  if (names.length === row.length && new Set(row).size === row.length) return true;
  const sample = body.slice(0, TYPED_ROWS);
  const column = (index: number) => sample.map((cells) => cells[index] ?? '').filter(Boolean);
  const isOther = (cell: string, index: number) => {
    const values = column(index);
    const alike = values.filter((value) => (isYear(cell) ? isYear(value) : !isNumber(value))).length;
    return values.length > 0 && alike < values.length / 2;
  };
  if (row.some((cell, index) => cell !== '' && isOther(cell, index))) return true;
  return (
    !row.some(isYear) && row.filter(Boolean).length >= row.length / 2 && !row.some((cell, index) => cell && column(index).includes(cell))
  );
}

function describeRow(head: string[], row: string[]): string {
  const cells = row.map((cell, index) => (cell === '' ? '' : head[index] ? `${head[index]}: ${cell}` : cell));
  return `- ${cells.filter(Boolean).join('; ')}`;
}
