import type { Source } from './run-context.ts';

const MARK = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]|【(\d{1,3})(?:†[^】\n]{0,80})?】|［(\d{1,3}(?:[,，、]\s?\d{1,3})*)］/g;

/** A variable before a bracket makes it an index: one letter, a name with `_`, or a common identifier that is not a word. */
const INDEXED = /(?:^|[^\p{L}\p{N}_])(?:[A-Za-z_$]|[A-Za-z]\w*_\w*|arr|args|argv|buf|dict|lst|nums|obj|params|str|vec)$/u;

/**
 * Finds the cited sources by their numbers in the text, as in `[2]`, `[1, 3]`, `【2】` or `［2］`. Ignores numbers in code
 * and array indices, as in `a[1]`. The web client renders the same citations.
 */
export function citedSources(text: string, sources: Source[]): Source[] {
  const prose = text.replace(/```[\s\S]*?(```|$)/g, ' ').replace(/`[^`\n]*`/g, ' ');
  const numbers = new Set<number>();
  for (const { 0: mark, 1: plain, 2: lenticular, 3: wide, index } of prose.matchAll(MARK)) {
    if (mark.startsWith('[') && isIndexed(prose.slice(Math.max(0, index - 60), index))) continue;
    for (const number of (plain ?? lenticular ?? wide ?? '').split(/[,，、]/)) numbers.add(Number(number));
  }
  return sources.filter((source) => numbers.has(source.number));
}

function isIndexed(before: string): boolean {
  return INDEXED.test(before.replace(/(?:\[\w{0,9}\])+$/, ''));
}
