import { wordsOf } from './words.ts';

export interface Mark {
  start: number;
  end: number;
}

const MAX_MARKS = 100;

/** Returns the spans of words that match terms; adjacent and overlapping spans are merged. */
export function marksOf(text: string, terms: ReadonlySet<string>): Mark[] {
  const marks: Mark[] = [];
  const found = wordsOf(text).filter(({ term }) => terms.has(term));
  for (const { start, end } of found.sort((left, right) => left.start - right.start)) {
    const last = marks.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else if (marks.length < MAX_MARKS) marks.push({ start, end });
    else break;
  }
  return marks;
}
