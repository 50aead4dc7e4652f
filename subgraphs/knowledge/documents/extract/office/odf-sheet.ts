import { elementsOf, type XmlElement } from '../xml.ts';
import type { OdfText } from './odf-text.ts';
import { sheetText, type Cell, type Merge, type Row } from './sheet-text.ts';

const MAX_COLUMNS = 1_024;
/** The maximum repetition of a row that is expanded; a larger one is the empty end of a sheet. */
const MAX_REPEATED = 1_000;

/** Reads a sheet as the text that its cells display; `budget` is the number of cells that may still be read in the file. */
export function readOdfSheet(table: XmlElement, text: OdfText, budget: { left: number }): { text: string; isCut: boolean } {
  const rows = new Map<number, Row>();
  const merges: Merge[] = [];
  let number = 0;
  let isCut = false;
  for (const element of rowsIn(table)) {
    const { row, isWide } = readRow(element, number + 1, text, merges);
    isCut ||= isWide;
    const repeated = count(element, 'table:number-rows-repeated');
    if (row.size > 0) {
      isCut ||= repeated > MAX_REPEATED;
      for (let time = 0; time < Math.min(repeated, MAX_REPEATED) && budget.left > 0; time += 1) {
        rows.set(number + 1 + time, new Map(row));
        budget.left -= row.size;
      }
    }
    number += repeated;
    if (budget.left <= 0) return { text: sheetText(rows, merges), isCut: true };
  }
  return { text: sheetText(rows, merges), isCut };
}

/** Returns all rows, also those in groups and repeated headers. */
function rowsIn(table: XmlElement): XmlElement[] {
  return elementsOf(table).flatMap((child) => {
    if (child.name === 'table-row') return [child];
    return /^table-(row-group|header-rows|rows)$/.test(child.name) ? rowsIn(child) : [];
  });
}

function readRow(element: XmlElement, number: number, text: OdfText, merges: Merge[]): { row: Row; isWide: boolean } {
  const row: Row = new Map();
  let column = 1;
  let isWide = false;
  for (const cell of elementsOf(element)) {
    if (cell.name !== 'table-cell' && cell.name !== 'covered-table-cell') continue;
    const repeated = count(cell, 'table:number-columns-repeated');
    const shown = cell.name === 'table-cell' ? cellOf(cell, text) : null;
    if (shown) {
      isWide ||= column + repeated - 1 > MAX_COLUMNS;
      for (let at = column; at < column + repeated && at <= MAX_COLUMNS; at += 1) row.set(at, shown);
      const right = column + count(cell, 'table:number-columns-spanned') - 1;
      const bottom = number + count(cell, 'table:number-rows-spanned') - 1;
      if (right > column || bottom > number) merges.push({ top: number, left: column, bottom, right });
    }
    column += repeated;
  }
  return { row, isWide };
}

function cellOf(cell: XmlElement, text: OdfText): Cell | null {
  const shown = text.plain(cell).replace(/\s+/g, ' ').trim();
  if (shown === '') return null;
  return { text: shown, isText: (cell.attributes['office:value-type'] ?? 'string') === 'string' };
}

function count(element: XmlElement, name: string): number {
  const number = Number(element.attributes[name] ?? 1);
  return Number.isInteger(number) && number > 0 ? number : 1;
}
