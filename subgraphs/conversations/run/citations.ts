import type { Source } from './run-context.ts';

const MARK = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]|【(\d{1,3})(?:†[^】\n]{0,80})?】|［(\d{1,3}(?:[,，、]\s?\d{1,3})*)］/g;

/** A variable before a bracket makes it an index: one letter, a name with `_`, or a usual name that is no word. */
const INDEXED = /(?:^|[^\p{L}\p{N}_])(?:[A-Za-z_$]|[A-Za-z]\w*_\w*|arr|args|argv|buf|dict|lst|nums|obj|params|str|vec)$/u;

/**
 * The sources whose numbers stand in the text, as in `[2]`, `[1, 3]`, `【2】` or `［2］`, by number. Numbers in code and
 * those of an array, as in `a[1]`, do not count. The web client draws the same marks.
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
