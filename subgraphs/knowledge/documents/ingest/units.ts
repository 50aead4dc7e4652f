import { estimateTokens } from './tokens.ts';

/** The smallest piece that is not split between passages: a heading, a row, a line of code, a sentence. */
export interface Unit {
  kind: 'heading' | 'term' | 'row' | 'prose';
  start: number;
  end: number;
  tokens: number;
  /** True for the first unit of a paragraph, list item, table or block of code. */
  opens: boolean;
}

const SENTENCES = new Intl.Segmenter('und', { granularity: 'sentence' });
/** The maximum tokens of a list item that is one unit. */
const SMALL_ITEM = 100;

/** Splits the text of a page into units of at most `most` tokens that contain every visible character once and in order. */
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

/** Returns true for the closing fence; a shorter one, or one with text after it, is a line of the code. */
function closes(content: string, fence: string): boolean {
  return /^`+$/.test(content) && content.length >= fence.length;
}

/** Iterates over lines without surrounding whitespace. */
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

/** Bisects a too long sentence, at a space if possible, and never within a surrogate pair. */
function halve(text: string, start: number, end: number, most: number): { start: number; end: number }[] {
  if (end - start < 2 || estimateTokens(text.slice(start, end)) <= most) return [{ start, end }];
  const middle = start + Math.floor((end - start) / 2);
  // Searches within the piece only: a search from the start of the text for each half takes quadratic time.
  const blank = start + text.slice(start, middle + 1).lastIndexOf(' ');
  let at = blank > start + (end - start) / 4 ? blank : middle;
  if (/[\udc00-\udfff]/.test(text[at]!)) at += 1;
  if (at >= end) return [{ start, end }];
  return [trimmed(text, start, at), trimmed(text, at, end)]
    .filter((half) => half.end > half.start)
    .flatMap((half) => halve(text, half.start, half.end, most));
}
