/** A run of text as the file draws it, with its place; `y` is the baseline and grows upwards. */
export interface Piece {
  text: string;
  x: number;
  y: number;
  width: number;
  /** The height of the font. */
  size: number;
  /** The direction in which the run goes, in degrees, counted against the clock from the page's x axis. */
  angle: number;
  font: string;
}

/** Pieces beside each other on one line, near enough to belong together: a line of a column, or a cell of a table. */
export interface Segment {
  text: string;
  left: number;
  right: number;
  y: number;
  size: number;
  /** When the file drew it, among the segments of its page. */
  order: number;
}

const RTL = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;
const STRONG = /\p{L}/gu;

/** Letters that are written from the right, and those written from the left. */
export function directionsOf(text: string): { rtl: number; ltr: number } {
  const rtl = text.match(RTL)?.length ?? 0;
  return { rtl, ltr: (text.match(STRONG)?.length ?? 0) - rtl };
}

export function isRightToLeft(texts: string[]): boolean {
  const sum = texts.reduce(
    (total, text) => {
      const { rtl, ltr } = directionsOf(text);
      return { rtl: total.rtl + rtl, ltr: total.ltr + ltr };
    },
    { rtl: 0, ltr: 0 },
  );
  return sum.rtl > sum.ltr;
}

export function median(values: number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
