import { describe, expect, it } from '@jest/globals';
import { decodedOf } from './characters.ts';
import { layoutOf } from './page-layout.ts';
import type { Piece } from './piece.ts';

const A4: [number, number, number, number] = [0, 0, 595, 842];

function at(x: number, y: number, text: string, more: Partial<Piece> = {}): Piece {
  return { text, x, y, width: text.length * 5, size: 10, angle: 0, font: 'f1', ...more };
}

function read(pieces: Piece[]): string {
  return layoutOf([{ pieces, box: A4 }])[0]!;
}

describe('the reading order of a PDF page', () => {
  it('reads columns of prose one after the other, though they are drawn line by line, below a title over both', () => {
    const lines = [0, 1, 2, 3, 4].flatMap((line) => [
      at(50, 600 - line * 12, `left column, this is its line ${line} of text`),
      at(320, 600 - line * 12, `right column, this is its line ${line} of text`),
    ]);
    const text = read([at(150, 640, 'A title that stands over both of the columns'), ...lines]);
    expect(text.indexOf('A title')).toBe(0);
    expect(text.match(/(left|right) column/g)!.join()).toBe(
      [...Array<string>(5).fill('left column'), ...Array<string>(5).fill('right column')].join(),
    );
  });

  it('reads a table row by row, though it is drawn column by column, and keeps the place of an empty cell', () => {
    const columns = [
      ['Item', 'Rope', 'Oil'],
      ['Colour', 'Red', ''],
      ['Price', '48.00', '21.50'],
    ];
    const pieces = columns.flatMap((cells, column) =>
      cells.flatMap((cell, row) => (cell ? [at(50 + column * 150, 600 - row * 14, cell)] : [])),
    );
    expect(read(pieces)).toBe('Item | Colour | Price\nRope | Red | 48.00\nOil | | 21.50');
  });

  it('rotates text that stands on its side', () => {
    const cells = [
      ['Port', 'Depth'],
      ['Arden', '7.5 m'],
    ];
    const pieces = cells.flatMap((row, line) => row.map((cell, column) => at(100 + line * 14, 100 + column * 150, cell, { angle: 90 })));
    expect(read(pieces)).toBe('Port | Depth\nArden | 7.5 m');
  });

  it('joins letter-spaced words and keeps the names of columns apart', () => {
    const spaced = (word: string, x: number) => [...word].map((letter, index) => at(x + index * 10, 600, letter));
    expect(read([...spaced('LIGHT', 50), ...spaced('HOUSE', 115)])).toBe('LIGHT HOUSE');
    expect(read(spaced('ABCD', 50))).toBe('A B C D');
  });

  it('reads text once that is drawn several times', () => {
    expect(read([0, 0.3, 0.6].map((shift) => at(50 + shift, 600, 'Storm warning')))).toBe('Storm warning');
  });

  it('reads right-to-left lines, with numbers and Latin words in their own order', () => {
    const width = (text: string) => ({ width: text.length * 5 });
    const pieces = [
      at(100, 600, '.12', width('.12')),
      at(125, 600, 'Main Street', width('Main Street')),
      at(190, 600, ')', { width: 5 }),
      at(195, 600, 'לוח', { width: 15 }),
      at(210, 600, '(', { width: 5 }),
      at(225, 600, 'הגאות נמצא במשרד', width('הגאות נמצא במשרד')),
    ];
    expect(read(pieces)).toMatch(/^הגאות נמצא במשרד \(לוח\)/);
    expect(read(pieces)).toContain('Main Street');
  });

  it('keeps running heads once, after the text of the first page, and drops page numbers', () => {
    const pages = [1, 2, 3, 4].map((number) => ({
      pieces: [at(50, 800, 'Harbour report'), at(290, 30, `Page ${number} of 4`), at(50, 600, `What stands on page number ${number}.`)],
      box: A4,
    }));
    expect(layoutOf(pages)).toEqual([
      'What stands on page number 1.\n\nHarbour report',
      'What stands on page number 2.',
      'What stands on page number 3.',
      'What stands on page number 4.',
    ]);
  });
});

describe('characters of a PDF font without a Unicode mapping', () => {
  it('are left out with their whole font, with a warning for the page', () => {
    const garbage = at(50, 600, '\u0003\u0024\u0001\u0007 \u0011\ue001\ue002\ue003\ue004\ue005\ue006', { font: 'f2' });
    const { pieces, undecodable } = decodedOf([[at(50, 620, 'Readable words.')], [at(50, 620, 'More words.'), garbage]]);
    expect(undecodable).toEqual([1]);
    expect(pieces.map((page) => page.map(({ text }) => text))).toEqual([['Readable words.'], ['More words.']]);
  });

  it('are read as bullets where Word uses them so', () => {
    expect(decodedOf([[at(50, 620, '\uf0b7 Rope')]]).pieces[0]![0]!.text).toBe('• Rope');
  });
});
