import { parse } from 'csv-parse/sync';
import { Failure } from '../../../schema/errors.ts';
import type { ExtractedPage } from './extraction.ts';
import { requireText } from './text.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/** Each row becomes a line that can stand alone: `- column: value; column: value`. */
export async function readCsv(bytes: Uint8Array): Promise<ExtractedPage[]> {
  const rows = parseRows(requireText(bytes)).map((row) => row.map((cell) => cell.replace(/\s+/g, ' ').trim()));
  const [head = [], ...body] = rows;
  const lines =
    isHeader(head) && body.length > 0
      ? body.map((row) => describeRow(head, row))
      : rows.map((row) => `- ${row.filter(Boolean).join('; ')}`);
  return [{ number: null, text: lines.filter((line) => line !== '- ').join('\n') }];
}

function parseRows(text: string): string[][] {
  try {
    return parse(text, { delimiter: delimiterOf(text), bom: true, relax_column_count: true, relax_quotes: true, skip_empty_lines: true });
  } catch (error) {
    throw new Failure(
      'DOCUMENT_BROKEN',
      { reason: 'The table cannot be read: a quotation mark is opened and never closed.' },
      { cause: error },
    );
  }
}

/** The one that splits most of the first lines into the same number of cells, and into the most. */
function delimiterOf(text: string): string {
  const lines = text.slice(0, 20_000).split(/\r?\n/).slice(0, 20).filter(Boolean);
  const cells = (delimiter: string) => lines.map((line) => line.split(delimiter).length);
  const score = (delimiter: string) => {
    const counts = cells(delimiter);
    const first = counts[0] ?? 1;
    return first < 2 ? 0 : counts.filter((count) => count === first).length * 1_000 + first;
  };
  return DELIMITERS.reduce((best, delimiter) => (score(delimiter) > score(best) ? delimiter : best));
}

/** Names, all different, none a number. */
function isHeader(row: string[]): boolean {
  return row.every((cell) => cell !== '' && !/^[-+]?[\d.,\s%€$]+$/.test(cell)) && new Set(row).size === row.length;
}

function describeRow(head: string[], row: string[]): string {
  const cells = row.map((cell, index) => (cell === '' ? '' : head[index] === undefined ? cell : `${head[index]}: ${cell}`));
  return `- ${cells.filter(Boolean).join('; ')}`;
}
