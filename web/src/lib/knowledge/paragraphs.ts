export interface Span {
  start: number;
  end: number;
}

export interface Page extends Span {
  number: number | null;
  /** Display name, such as `Page 3` or `Sheet “Prices”`. */
  label?: string | null;
  text: string;
}

/** `start` and `end` are offsets in the document's text, as those of passages are. */
export interface Paragraph extends Span {
  text: string;
}

const LONGEST = 4000;

/** Splits a page at blank lines, and long paragraphs after a sentence, so that a long text is rendered in parts. */
export function paragraphsOf(page: Page): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  for (const [block, at] of cut(page.text, /\n[ \t]*\n\s*/g)) {
    for (let from = 0; from < block.length;) {
      const to = endOfPiece(block, from);
      paragraphs.push({ start: page.start + at + from, end: page.start + at + to, text: block.slice(from, to) });
      from = to;
    }
  }
  return paragraphs;
}

/**
 * Prepares a snippet whose line ends are rendered: joins the lines of a paragraph, keeps those of headings, items and rows,
 * and blanks heading marks. Offsets stay.
 */
export function linesJoined(text: string): string {
  return text
    .replace(/\n\s*\n|\n(?![-*+|#] ?|\d+[.)] )/g, (gap) => (gap === '\n' ? ' ' : `${' '.repeat(gap.length - 1)}\n`))
    .replace(/^#{1,6}(?= )/gm, (mark) => ' '.repeat(mark.length));
}

function* cut(text: string, between: RegExp): Generator<[string, number]> {
  let from = 0;
  for (const gap of text.matchAll(between)) {
    if (gap.index > from) yield [text.slice(from, gap.index), from];
    from = gap.index + gap[0].length;
  }
  if (from < text.length) yield [text.slice(from), from];
}

/** After a sentence, else after a line, else after a word. */
function endOfPiece(block: string, from: number): number {
  if (block.length - from <= LONGEST) return block.length;
  const window = block.slice(from, from + LONGEST);
  const sentence = Math.max(...['. ', '.\n', '? ', '! '].map((end) => window.lastIndexOf(end)));
  const end = [sentence, window.lastIndexOf('\n'), window.lastIndexOf(' ')].find((at) => at > LONGEST / 4);
  if (end === undefined) return from + LONGEST;
  return from + end + (end === sentence ? 2 : 1);
}

/** Splits a text into pieces, marked if inside one of the spans. Spans are relative to the text. */
export function markedPieces(text: string, spans: readonly Span[]): { text: string; marked: boolean }[] {
  const pieces: { text: string; marked: boolean }[] = [];
  let at = 0;
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const from = Math.max(start, at);
    const to = Math.min(end, text.length);
    if (to <= from) continue;
    if (from > at) pieces.push({ text: text.slice(at, from), marked: false });
    pieces.push({ text: text.slice(from, to), marked: true });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false });
  return pieces;
}
