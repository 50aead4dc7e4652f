import type { Source } from './run-context.ts';

/** The sources whose numbers stand in the text, as in `[2]` or `[1, 3]`, by number; numbers in code do not count. */
export function citedSources(text: string, sources: Source[]): Source[] {
  const prose = text.replace(/```[\s\S]*?(```|$)/g, ' ').replace(/`[^`\n]*`/g, ' ');
  const numbers = new Set<number>();
  for (const [, list] of prose.matchAll(/\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g)) {
    for (const number of list!.split(',')) numbers.add(Number(number));
  }
  return sources.filter((source) => numbers.has(source.number));
}
