import { Marked, type Token, type TokenizerAndRendererExtension } from 'marked';

/** `[3]` or `[1, 3]`: the sources of the sentence before it. */
const citation: TokenizerAndRendererExtension = {
  name: 'citation',
  level: 'inline',
  start: (source) => source.search(/\[\d/),
  tokenizer(source) {
    const match = /^\[(\d{1,3}(?:, ?\d{1,3})*)\](?![(:])/.exec(source);
    if (!match) return undefined;
    return { type: 'citation', raw: match[0], numbers: match[1]?.split(',').map(Number) };
  },
};

/** `\(x\)` in a line; `$$x$$` and `\[x\]` in a line or by themselves. Single dollars are money. */
const inlineMath: TokenizerAndRendererExtension = {
  name: 'math',
  level: 'inline',
  start: (source) => source.search(/\\[([]|\$\$/),
  tokenizer(source) {
    const match = /^\\\(([^]+?)\\\)|^\\\[([^]+?)\\\]|^\$\$([^$]+?)\$\$/.exec(source);
    if (!match) return undefined;
    return { type: 'math', raw: match[0], tex: (match[1] ?? match[2] ?? match[3] ?? '').trim(), display: match[1] === undefined };
  },
};

const blockMath: TokenizerAndRendererExtension = {
  name: 'mathBlock',
  level: 'block',
  start: (source) => source.search(/(?:^|\n)(?:\$\$|\\\[)/),
  tokenizer(source) {
    const match = /^\$\$([^]+?)\$\$[ \t]*(?:\n+|$)|^\\\[([^]+?)\\\][ \t]*(?:\n+|$)/.exec(source);
    if (!match) return undefined;
    return { type: 'mathBlock', raw: match[0], tex: (match[1] ?? match[2] ?? '').trim(), display: true };
  },
};

/** The one dialect of answers: GitHub's Markdown with citations and mathematics. */
export const dialect = new Marked({ gfm: true, breaks: false }).use({ extensions: [citation, inlineMath, blockMath] });

/** The raws of the tokens, joined, are the text: that is what lets a reader cut it at a token. */
export function lex(text: string): Token[] {
  return [...dialect.lexer(text)];
}
