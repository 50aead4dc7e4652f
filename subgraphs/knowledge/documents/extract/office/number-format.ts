import { format, isDateFormat } from 'numfmt';
import { childOf, elementsOf, type XmlElement } from '../xml.ts';

/** The number formats of a workbook's cells, by style index. */
export class NumberFormats {
  readonly #formats: string[];
  readonly #is1904: boolean;

  constructor(styles: XmlElement | undefined, is1904: boolean) {
    this.#is1904 = is1904;
    const own = new Map(
      elementsOf(childOf(styles, 'numFmts') ?? NOTHING, 'numFmt').map(({ attributes }) => [
        attributes['numFmtId'],
        attributes['formatCode'],
      ]),
    );
    this.#formats = elementsOf(childOf(styles, 'cellXfs') ?? NOTHING, 'xf').map(({ attributes }) => {
      const id = attributes['numFmtId'] ?? '0';
      return own.get(id) ?? BUILTIN[Number(id)] ?? 'General';
    });
  }

  /** Formats a number as the spreadsheet program displays it. */
  display(value: number, style: number): string {
    const code = (this.#formats[style] ?? 'General').slice(0, MAX_CODE);
    try {
      const days = this.#is1904 && isDateFormat(code) ? DAYS_TO_1904 : 0;
      const shown = format(code, value + days, { nbsp: false }).trim();
      // If the format hides the value or does not fit it, the raw value is returned.
      return shown === '' || /^#+$/.test(shown) ? String(value) : shown;
    } catch {
      return String(value);
    }
  }
}

const NOTHING: XmlElement = { name: '', attributes: {}, children: [] };
const MAX_CODE = 500;
const DAYS_TO_1904 = 1462;
/**
 * Built-in formats by number (ECMA-376 part 1, 18.8.30). 14 and 22 depend on the reader's locale, which is unknown
 * here, so they use the ISO form.
 */
const BUILTIN: Record<number, string> = {
  1: '0',
  2: '0.00',
  3: '#,##0',
  4: '#,##0.00',
  9: '0%',
  10: '0.00%',
  11: '0.00E+00',
  12: '# ?/?',
  13: '# ??/??',
  14: 'yyyy-mm-dd',
  15: 'd-mmm-yy',
  16: 'd-mmm',
  17: 'mmm-yy',
  18: 'h:mm AM/PM',
  19: 'h:mm:ss AM/PM',
  20: 'h:mm',
  21: 'h:mm:ss',
  22: 'yyyy-mm-dd hh:mm',
  37: '#,##0;(#,##0)',
  38: '#,##0;(#,##0)',
  39: '#,##0.00;(#,##0.00)',
  40: '#,##0.00;(#,##0.00)',
  45: 'mm:ss',
  46: '[h]:mm:ss',
  47: 'mm:ss.0',
  48: '##0.0E+0',
  49: '@',
};
