import { Lexer, Marked, type Token, type Tokens } from 'marked';
import { BoundedTokenizer } from './bounded-tokenizer.ts';
import { citation } from './citation.ts';
import { emphasisMask } from './emphasis.ts';
import { blockMath, inlineMath } from './formula.ts';

/** Limit on the length of a paragraph whose inline markup is parsed; texts written by hand are shorter. */
const LONGEST_TEXT = 30_000;

/** The dialect of answers: GitHub Flavored Markdown with citations and mathematics. */
export const dialect = new Marked({ gfm: true, breaks: false }).use({
  extensions: [citation, inlineMath, blockMath],
  hooks: { emStrongMask: emphasisMask },
});

/** A block that cannot be parsed, shown as text. */
export interface Plain extends Tokens.Generic {
  type: 'plain';
}

/**
 * Parses a text into blocks and never fails: unparsable text is plain. The joined `raw` of the tokens is the text, so a
 * reader can cut it at a token.
 */
export function lex(text: string): Token[] {
  try {
    const lexer = new Lexer({ ...dialect.defaults, tokenizer: new BoundedTokenizer() });
    lexer.blockTokens(text, lexer.tokens);
    for (const { src, tokens } of lexer.inlineQueue) readInline(lexer, src, tokens);
    return [...lexer.tokens];
  } catch {
    return [{ type: 'plain', raw: text } satisfies Plain];
  }
}

function readInline(lexer: Lexer, source: string, tokens: Token[]): void {
  try {
    if (source.length <= LONGEST_TEXT) return void lexer.inlineTokens(source, tokens);
  } catch {
    // Falls through to the text as it was written.
  }
  tokens.splice(0, tokens.length, { type: 'text', raw: source, text: source, escaped: false });
}
