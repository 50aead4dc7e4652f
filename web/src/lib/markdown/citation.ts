import type { Token, TokenizerAndRendererExtension } from 'marked';

const MARK = /^(?:\[(\d{1,3}(?:, ?\d{1,3})*)\](?![(:])|【(\d{1,3})(?:†[^】\n]{0,80})?】|［(\d{1,3}(?:[,，、] ?\d{1,3})*)］)/;

/** A variable before a bracket makes it an index: one letter, a name with `_`, or a common identifier that is not a word. */
const INDEXED = /(?:^|[^\p{L}\p{N}_])(?:[A-Za-z_$]|[A-Za-z]\w*_\w*|arr|args|argv|buf|dict|lst|nums|obj|params|str|vec)$/u;

const MARKS = new RegExp(MARK.source.slice(1), 'g');
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;

/** Returns true if the text before `[1]` makes it an array index, not a citation. */
export function isIndexed(before: string): boolean {
  return INDEXED.test(before.slice(-60).replace(/(?:\[\w{0,9}\])+$/, ''));
}

/** Returns the numbers of the cited sources, without duplicates, in order of their first citation. */
export function numbersIn(text: string): number[] {
  const prose = text.replace(CODE, ' ');
  const marks = [...prose.matchAll(MARKS)].filter(
    ({ 1: plain, index }) => !plain || !isIndexed(prose.slice(Math.max(0, index - 60), index)),
  );
  return [...new Set(marks.flatMap(numbersOf))];
}

function numbersOf(match: RegExpMatchArray): number[] {
  return (match[1] ?? match[2] ?? match[3] ?? '').split(/[,，、]/).map(Number);
}

/** `[3]`, `[1, 3]`, `【3】` or `［3］`: the sources of the sentence before it. */
export const citation: TokenizerAndRendererExtension = {
  name: 'citation',
  level: 'inline',
  start: (source) => within(source, /\[\d|【\d|［\d/),
  tokenizer(source, before) {
    const match = MARK.exec(source);
    if (!match) return undefined;
    if (match[1] && isIndexed(textBefore(before))) return { type: 'text', raw: match[0], text: match[0], escaped: false };
    return { type: 'citation', raw: match[0], numbers: numbersOf(match) };
  },
};

function textBefore(tokens: readonly Token[]): string {
  const from = tokens.slice(-3).findLastIndex(({ type }) => type !== 'text');
  return tokens
    .slice(-3)
    .slice(from + 1)
    .map(({ raw }) => raw)
    .join('');
}

const WINDOW = 256;

/**
 * Returns where a pattern may begin. The search ends after a window, whose end is returned as a candidate: the tokenizer asks
 * again from there, so all searches of a block take linear and not quadratic time.
 */
export function within(source: string, pattern: RegExp): number {
  const at = source.slice(0, WINDOW).search(pattern);
  if (at >= 0) return at;
  return source.length > WINDOW ? WINDOW - 8 : -1;
}
