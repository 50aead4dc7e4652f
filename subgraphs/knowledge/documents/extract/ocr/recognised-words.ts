/** A word that was read from a picture, in its pixels from the top left corner; words of one line have one baseline. */
export interface RecognisedWord {
  text: string;
  x: number;
  width: number;
  baseline: number;
  /** The height of the font. */
  size: number;
}

interface Row {
  line: string;
  left: number;
  top: number;
  width: number;
  height: number;
  confidence: number;
  text: string;
}

const WORD_LEVEL = '5';
/** Lines below are drawings, photographs and stains that look a little like letters. */
const MIN_CONFIDENCE = 45;
/** Letters that reach to the upper edge and not below the baseline, and those that reach below it. */
const TALL = /[A-Zbdfhiklt0-9]/;
const DEEP = /[gjpqyQ,;()[\]{}|/@$_]/;
/** Rules of tables look like these. */
const STROKES = /^[|¦_~=—–-]+$/;
const CAPITAL_SHARE = 0.72;

/** Sizes that are measured so near to that of most letters are taken for it. */
const SAME_SIZE = 1.3;

/** The words of Tesseract's table. */
export function readTable(table: string): RecognisedWord[] {
  const lines = Map.groupBy(table.split('\n').flatMap(readRow), ({ line }) => line);
  const words = [...lines.values()].filter((line) => confidenceOf(line) >= MIN_CONFIDENCE).flatMap(toWords);
  const usual = middle(words.flatMap(({ text, size }) => [...text].map(() => size)));
  return words.map((word) => (Math.max(word.size / usual, usual / word.size) < SAME_SIZE ? { ...word, size: usual } : word));
}

function readRow(row: string): Row[] {
  const [level, page, block, paragraph, line, , left, top, width, height, confidence, ...text] = row.split('\t');
  const word = text.join(' ').trim();
  if (level !== WORD_LEVEL || word === '' || STROKES.test(word)) return [];
  const [x, y, w, h, sure] = [left, top, width, height, confidence].map(Number) as [number, number, number, number, number];
  return [{ line: [page, block, paragraph, line].join(' '), left: x, top: y, width: w, height: h, confidence: sure, text: word }];
}

/** Weighed by letters: a stroke at the edge of a line says little about it. */
function confidenceOf(words: Row[]): number {
  const letters = words.reduce((sum, { text }) => sum + text.length, 0);
  return words.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0) / letters;
}

function toWords(words: Row[]): RecognisedWord[] {
  const level = words.filter(({ text }) => !DEEP.test(text));
  const tall = level.filter(({ text }) => TALL.test(text));
  const baseline = middle((level.length > 0 ? level : words).map(({ top, height }) => top + height));
  const size = tall.length > 0 ? middle(tall.map(({ height }) => height)) / CAPITAL_SHARE : middle(words.map(({ height }) => height));
  return words.map(({ text, left, width }, index) => ({
    // A space that is there need not be guessed from the distance.
    text: index < words.length - 1 ? `${text} ` : text,
    x: left,
    width,
    baseline,
    size,
  }));
}

function middle(values: number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 1;
}
