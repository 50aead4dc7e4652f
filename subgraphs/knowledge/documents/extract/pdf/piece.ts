/** A text run as the file draws it, with its position; `y` is the baseline and grows upwards. */
export interface Piece {
  text: string;
  x: number;
  y: number;
  width: number;
  /** The font size. */
  size: number;
  /** The direction of the run in degrees, counter-clockwise from the page's x axis. */
  angle: number;
  font: string;
}

/** Neighbouring pieces of a line that belong together: a line of a column, or a cell of a table. */
export interface Segment {
  text: string;
  left: number;
  right: number;
  y: number;
  size: number;
  /** Its drawing order among the segments of the page. */
  order: number;
}

const RTL = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;
const STRONG = /\p{L}/gu;

/** Counts right-to-left and left-to-right letters. */
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
