import type { TokenizerAndRendererExtension } from 'marked';
import { within } from './citation.ts';

const LONGEST = 2_000;

/**
 * Pandoc's rule: nothing blank inside the dollars, and no digit after them, so that "$5 and $10" is money. What ends in
 * `:`, `/` or `=` is a variable of a shell, as in $HOME/$USER.
 */
const SINGLE = /^\$(?![\s$])((?:\\[^\n]|[^$\\\n]|\n(?!\s*\n)){1,1000}?)(?<![\s\\:/=])\$(?![\d$])/;
const DOUBLE = /^\$\$((?:\\[^]|[^$\\]){1,2000}?)\$\$/;
const ROUND = /^\\\(((?:(?!\\[()])[^]){1,2000}?)\\\)/;
const SQUARE = /^\\\[((?:(?!\\[[\]])[^]){1,2000}?)\\\]/;

/** Returns the formula at the beginning of a text. */
export function formulaAt(source: string): { raw: string; tex: string; display: boolean } | undefined {
  const near = source.slice(0, LONGEST + 8);
  const display = DOUBLE.exec(near) ?? SQUARE.exec(near);
  const match = display ?? ROUND.exec(near) ?? SINGLE.exec(near);
  if (!match || /\n\s*\n/.test(match[0])) return undefined;
  return { raw: match[0], tex: (match[1] ?? '').trim(), display: display !== null };
}

/** `$x$` and `\(x\)` in a line; `$$x$$` and `\[x\]` in a line or by themselves. */
export const inlineMath: TokenizerAndRendererExtension = {
  name: 'math',
  level: 'inline',
  start: (source) => within(source, /\\[([]|\$/),
  tokenizer(source) {
    if (source[0] !== '$' && source[0] !== '\\') return undefined;
    const formula = formulaAt(source);
    return formula && { type: 'math', ...formula };
  },
};

export const blockMath: TokenizerAndRendererExtension = {
  name: 'mathBlock',
  level: 'block',
  // Searched in the next paragraph only; later ones call it again.
  start: (source) => source.slice(0, 2 * LONGEST).search(/(?:^|\n)(?:\$\$|\\\[)/),
  tokenizer(source) {
    const match = /^\$\$([^]+?)\$\$[ \t]*(?:\n+|$)|^\\\[([^]+?)\\\][ \t]*(?:\n+|$)/.exec(source.slice(0, 5 * LONGEST));
    if (!match) return undefined;
    return { type: 'mathBlock', raw: match[0], tex: (match[1] ?? match[2] ?? '').trim(), display: true };
  },
};
