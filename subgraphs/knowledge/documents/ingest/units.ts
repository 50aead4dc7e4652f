import { estimateTokens } from './tokens.ts';

/** The smallest piece of a page that a passage takes whole: a heading, a row, a line of code, a sentence. */
export interface Unit {
  kind: 'heading' | 'term' | 'row' | 'prose';
  start: number;
  end: number;
  tokens: number;
  /** True for the first unit of a paragraph, list item, table or block of code. */
  opens: boolean;
}

const SENTENCES = new Intl.Segmenter('und', { granularity: 'sentence' });
/** A list item up to this size stays whole. */
const SMALL_ITEM = 100;

/** Cuts the text of a page into units, none larger than `most` tokens, that hold every visible character once and in order. */
export function unitsOf(text: string, most: number): Unit[] {
  const units: Unit[] = [];
  let fence: string | null = null;
  let opens = true;
  for (const line of linesOf(text)) {
    const content = text.slice(line.start, line.end);
    if (content === '') {
      opens = true;
      continue;
    }
    const marks = /^`{3,}/.exec(content)?.[0] ?? null;
    const kind = fence !== null || marks !== null ? 'row' : kindOf(content);
    fence = fence === null ? marks : closes(content, fence) ? null : fence;
    const starts = opens || /^([-*+]|\d+[.)]) /.test(content);
    units.push(...cut(text, { ...line, kind, opens: starts }, most));
    opens = false;
  }
  return units;
}

/** A shorter row of marks, or one with words after it, is a line of the code. */
function closes(content: string, fence: string): boolean {
  return /^`+$/.test(content) && content.length >= fence.length;
}

/** Each line without the blanks around it. */
function* linesOf(text: string): Iterable<{ start: number; end: number }> {
  for (let start = 0; start <= text.length;) {
    const next = text.indexOf('\n', start);
    const stop = next === -1 ? text.length : next;
    yield trimmed(text, start, stop);
    start = stop + 1;
  }
}

function trimmed(text: string, from: number, to: number): { start: number; end: number } {
  const piece = text.slice(from, to);
  const start = from + piece.length - piece.trimStart().length;
  return { start, end: Math.max(start, from + piece.trimEnd().length) };
}

function kindOf(line: string): Unit['kind'] {
  if (/^#{1,6} \S/.test(line)) return 'heading';
  if (/^\*\*.+\*\*$/.test(line)) return 'term';
  return /^\|.*\|$/.test(line) ? 'row' : 'prose';
}

interface Span {
  kind: Unit['kind'];
  start: number;
  end: number;
  opens: boolean;
}

function cut(text: string, span: Span, most: number): Unit[] {
  const content = text.slice(span.start, span.end);
  const tokens = estimateTokens(content);
  const whole = span.kind !== 'prose' || (/^([-*+]|\d+[.)]) /.test(content) && tokens <= SMALL_ITEM);
  if (whole && tokens <= most) return [{ ...span, tokens }];
  const sentences = [...SENTENCES.segment(content)].map(({ segment, index }) =>
    trimmed(text, span.start + index, span.start + index + segment.length),
  );
  return sentences
    .filter(({ start, end }) => end > start)
    .flatMap(({ start, end }) => halve(text, start, end, most))
    .map((piece, index) => ({
      kind: span.kind,
      opens: span.opens && index === 0,
      ...piece,
      tokens: estimateTokens(text.slice(piece.start, piece.end)),
    }));
}

/** A sentence without end is cut in the middle, at a blank where there is one, never within a character. */
function halve(text: string, start: number, end: number, most: number): { start: number; end: number }[] {
  if (end - start < 2 || estimateTokens(text.slice(start, end)) <= most) return [{ start, end }];
  const middle = start + Math.floor((end - start) / 2);
  // Within the piece only: a search back to the beginning of the file for each half takes quadratic time.
  const blank = start + text.slice(start, middle + 1).lastIndexOf(' ');
  let at = blank > start + (end - start) / 4 ? blank : middle;
  if (/[\udc00-\udfff]/.test(text[at]!)) at += 1;
  if (at >= end) return [{ start, end }];
  return [trimmed(text, start, at), trimmed(text, at, end)]
    .filter((half) => half.end > half.start)
    .flatMap((half) => halve(text, half.start, half.end, most));
}
