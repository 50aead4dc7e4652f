/** A word recognised in an image, in pixels from the top left corner; words of one line share a baseline. */
export interface RecognisedWord {
  text: string;
  x: number;
  width: number;
  baseline: number;
  /** The font size. */
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
/** Lines with lower confidence are drawings, photographs and stains. */
const MIN_CONFIDENCE = 45;
/** Characters with an ascender and no descender, and those with a descender. */
const TALL = /[A-Zbdfhiklt0-9]/;
const DEEP = /[gjpqyQ,;()[\]{}|/@$_]/;
/** Table rules are recognised as these characters. */
const STROKES = /^[|¦_~=—–-]+$/;
const CAPITAL_SHARE = 0.72;

/** Measured font sizes within this factor of the most common one are set to it. */
const SAME_SIZE = 1.3;

/** Parses the words of Tesseract's TSV output. */
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

/** Computes the mean confidence weighted by letters: a stroke at the edge of a line has little weight. */
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
    // An explicit space need not be inferred from the gap.
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
