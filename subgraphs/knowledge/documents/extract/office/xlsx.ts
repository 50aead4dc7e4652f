import type { ExtractedPage } from '../extraction.ts';
import type { Warn } from '../warnings.ts';
import { childOf, descendantsOf, scanXml } from '../xml.ts';
import { NumberFormats } from './number-format.ts';
import { OfficePackage, relationId } from './package.ts';
import { sheetText, type Cell, type Merge, type Row } from './sheet-text.ts';

const MAX_CELLS = 1_000_000;
const MAX_COLUMNS = 1_024;
const MAX_MERGES = 20_000;
const MAX_CELL_CHARACTERS = 32_767;

interface Workbook {
  strings: string[];
  formats: NumberFormats;
  /** The number of cells that may still be read. */
  left: number;
}

interface Sheet {
  rows: Map<number, Row>;
  merges: Merge[];
  isCut: boolean;
  isBroken: boolean;
}

/** Reads a page for each visible sheet, in tab order, and warns about hidden ones. */
export async function readXlsx(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const file = await OfficePackage.open(bytes);
  const { name, root } = file.main();
  const is1904 = /^(1|true)$/.test(childOf(root, 'workbookPr')?.attributes['date1904'] ?? '');
  const stylesName = file.related(name, 'styles');
  const workbook: Workbook = {
    strings: sharedStrings(file, file.related(name, 'sharedStrings')),
    formats: new NumberFormats(stylesName ? file.root(stylesName) : undefined, is1904),
    left: MAX_CELLS,
  };
  const relations = file.relations(name);
  const pages: ExtractedPage[] = [];
  for (const tab of descendantsOf(root, 'sheet')) {
    const title = (tab.attributes['name'] ?? '').trim() || `Sheet ${pages.length + 1}`;
    const relation = relations.get(relationId(tab));
    // Dialog and macro sheets have no cells; chart sheets have only a drawing.
    if (relation && relation.type !== 'worksheet') continue;
    if ((tab.attributes['state'] ?? 'visible') !== 'visible') {
      warn('LEFT_OUT', `the hidden sheet “${title}”`);
      continue;
    }
    const part = relation && file.bytes(relation.target);
    if (!part) {
      warn('UNREADABLE', `sheet “${title}”`);
      continue;
    }
    const sheet = readSheet(part, workbook);
    if (sheet.isBroken) warn('UNREADABLE', `a part of sheet “${title}”`);
    if (sheet.isCut) warn('CUT', `sheet “${title}”`);
    const text = sheetText(sheet.rows, sheet.merges);
    if (text) pages.push({ number: pages.length + 1, label: `Sheet “${title}”`, text: `# ${title}\n\n${text}` });
  }
  return pages;
}

/** Reads the shared strings. One may consist of several runs; phonetic runs (`rPh`) are left out. */
function sharedStrings(file: OfficePackage, name: string | undefined): string[] {
  const part = name && file.bytes(name);
  const strings: string[] = [];
  if (!part) return strings;
  let text = '';
  let phonetic = 0;
  let inText = false;
  scanXml(part, {
    open(element) {
      if (element === 'si') text = '';
      else if (element === 'rPh') phonetic += 1;
      else if (element === 't') inText = phonetic === 0;
    },
    text: (piece) => void (inText && (text += piece)),
    close(element) {
      if (element === 'si') strings.push(text);
      else if (element === 'rPh') phonetic -= 1;
      else if (element === 't') inText = false;
    },
  });
  return strings;
}

function readSheet(part: Buffer, workbook: Workbook): Sheet {
  const sheet: Sheet = { rows: new Map(), merges: [], isCut: false, isBroken: false };
  let rowNumber = 0;
  let column = 0;
  let row: Row = new Map();
  let cell = { type: '', style: 0 };
  let value = '';
  let inValue = false;
  let phonetic = 0;
  sheet.isBroken = !scanXml(part, {
    open(name, attributes) {
      if (name === 'row') {
        rowNumber = Number(attributes['r']) || rowNumber + 1;
        column = 0;
        row = new Map();
      } else if (name === 'c') {
        column = columnOf(attributes['r'] ?? '') || column + 1;
        cell = { type: attributes['t'] ?? 'n', style: Number(attributes['s'] ?? 0) };
        value = '';
      } else if (name === 'rPh') phonetic += 1;
      else if (name === 'v' || name === 't') inValue = phonetic === 0;
      else if (name === 'mergeCell' && sheet.merges.length < MAX_MERGES) sheet.merges.push(...mergeOf(attributes['ref'] ?? ''));
    },
    text(piece) {
      if (inValue && value.length < MAX_CELL_CHARACTERS) value += piece;
    },
    close(name) {
      if (name === 'v' || name === 't') inValue = false;
      else if (name === 'rPh') phonetic -= 1;
      else if (name === 'c' && value !== '') {
        if (column > MAX_COLUMNS || workbook.left <= 0) return void (sheet.isCut = true);
        workbook.left -= 1;
        const read = cellOf(value, cell, workbook);
        if (read.text !== '') row.set(column, read);
      } else if (name === 'row' && row.size > 0) sheet.rows.set(rowNumber, row);
    },
    isDone: () => workbook.left <= 0,
  });
  return sheet;
}

function cellOf(value: string, { type, style }: { type: string; style: number }, { strings, formats }: Workbook): Cell {
  const text = (words: string): Cell => ({
    text: words
      .replace(/_x000D_/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    isText: true,
  });
  switch (type) {
    case 's':
      return text(strings[Number(value)] ?? '');
    case 'str':
    case 'inlineStr':
      return text(value);
    case 'b':
      return { text: value === '1' ? 'TRUE' : 'FALSE', isText: false };
    case 'e':
      return { text: value, isText: false };
    case 'd':
      return { text: value.replace(/T00:00:00(\.0+)?Z?$/, '').replace('T', ' '), isText: false };
  }
  const number = Number(value);
  if (!Number.isFinite(number)) return text(value);
  return { text: formats.display(number, style), isText: false };
}

/** Returns the column number of a cell reference: 1 for `A`, 28 for `AB7`, 0 if there is none. */
function columnOf(reference: string): number {
  const letters = /^\$?([A-Z]{1,3})/.exec(reference)?.[1] ?? '';
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

function mergeOf(reference: string): Merge[] {
  const [from, to] = reference.split(':');
  if (!from || !to) return [];
  const rowOf = (corner: string) => Number(/\d+/.exec(corner)?.[0] ?? 0);
  return [{ top: rowOf(from), left: columnOf(from), bottom: rowOf(to), right: columnOf(to) }];
}
