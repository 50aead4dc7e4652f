import type { Token } from 'marked';
import { lex } from './lexer.ts';
import { closeMarkup } from './close-markup.ts';

/** A separately rendered part of an answer. Immutable: equal objects render equally. */
export interface Block {
  /** Stable while the text grows, so that rendered elements are kept. */
  key: string;
  token: Token;
  /** Later text cannot change it. */
  settled: boolean;
}

const TAIL = 2;
/** Maximum characters that are parsed again for each piece of text; code is cheap to parse. */
const LONGEST_TAIL = 8_000;
const LONGEST_CODE = 60_000;
const STRETCH = 12;

/**
 * Reads a growing text at a cost of its end: all but the last two blocks are settled and never read again, and a block
 * that grows too long is cut at the end of a line and goes on as another of its kind. Once the text is complete it is read once more as a whole, for what reaches across blocks, such as link definitions.
 */
export class BlockReader {
  #settled: Block[] = [];
  #settledText = '';
  /** The prefix of a continued block: the header of a table, the fence of code. */
  #prefix = '';
  #last: Block[] = [];
  #lastText = '';

  /** `cut`: the text is complete but did not come to its end, so what its end left open is closed as while it was written. */
  read(source: string, complete: boolean, cut = false): Block[] {
    const text = source.replace(/\r\n?/g, '\n');
    if (complete) return this.#readWhole(text, cut);
    if (!text.startsWith(this.#settledText)) this.#forget();
    this.#cutTail(text);
    const blocks = this.#readTail(text);
    this.#settle(blocks.splice(0, Math.max(0, blocks.length - TAIL)), blocks[0], text);
    return this.#keepEqual([...this.#settled, ...withMendedEnd(blocks)]);
  }

  #readWhole(text: string, cut: boolean): Block[] {
    if (text === this.#lastText && this.#last.every((block) => block.settled)) return this.#last;
    this.#forget();
    this.#lastText = text;
    const blocks = toBlocks(lex(text), 0, true);
    return this.#keepEqual(cut ? withMendedEnd(blocks) : blocks);
  }

  #settle(done: Block[], next: Block | undefined, text: string): void {
    if (done.length === 0 || !next) return;
    this.#settled.push(...done.map((block) => ({ ...block, settled: true })));
    this.#settledText = text.slice(0, offsetOf(next));
    this.#prefix = '';
  }

  #readTail(text: string): Block[] {
    const from = this.#settledText.length;
    return toBlocks(lex(this.#prefix + text.slice(from)), from, false, this.#prefix.length);
  }

  #cutTail(text: string): void {
    while (text.length - this.#settledText.length > LONGEST_TAIL) {
      const from = this.#settledText.length;
      const isCode = /^ {0,3}(?:`{3}|~{3})/.test(this.#prefix || text.slice(from, from + 6));
      const end = endOfPortion(text, from, isCode ? LONGEST_CODE : LONGEST_TAIL);
      if (end === undefined) return;
      const portion = text.slice(from, end);
      const blocks = toBlocks(lex(this.#prefix + portion), from, true, this.#prefix.length);
      this.#prefix = prefixOf(blocks.at(-1)?.token);
      this.#settled.push(...blocks);
      this.#settledText = text.slice(0, end);
    }
  }

  /** Reuses the objects of unchanged blocks, and the token of a block that has become settled. */
  #keepEqual(blocks: Block[]): Block[] {
    const before = new Map(this.#last.map((block) => [block.key, block]));
    this.#last = blocks.map((block) => {
      const old = before.get(block.key);
      if (old?.token.raw !== block.token.raw) return block;
      return old.settled === block.settled ? old : { ...block, token: old.token };
    });
    return this.#last;
  }

  #forget(): void {
    this.#settled = [];
    this.#settledText = '';
    this.#prefix = '';
  }
}

/** Groups the blocks for separate rendering. A group of unchanged blocks is the same object. */
export function inStretches(blocks: Block[], before: Block[][]): Block[][] {
  return Array.from({ length: Math.ceil(blocks.length / STRETCH) }, (_, at) => {
    const stretch = blocks.slice(at * STRETCH, (at + 1) * STRETCH);
    const old = before[at];
    return old?.length === stretch.length && stretch.every((block, i) => block === old[i]) ? old : stretch;
  });
}

/** Chooses a cut: before a line that starts a block or an item, else before a line, else before a word. */
function endOfPortion(text: string, from: number, length: number): number | undefined {
  if (text.length - from <= length) return undefined;
  const window = text.slice(from, from + length);
  const ends = [window.lastIndexOf('\n\n') + 1, /[^]*\n(?=\S)/.exec(window)?.[0].length ?? 0, window.lastIndexOf('\n') + 1];
  const end = [...ends, window.lastIndexOf(' ') + 1].find((at) => at > length / 2);
  return from + (end ?? length);
}

/** Returns the prefix that makes the rest of a block parse as the same block type. */
function prefixOf(token: Token | undefined): string {
  if (token?.type === 'table') return `${token.raw.split('\n', 2).join('\n')}\n`;
  const fence = token?.type === 'code' ? /^ {0,3}(`{3,}|~{3,})[^\n]*\n/.exec(token.raw) : null;
  if (!fence || new RegExp(`\\n {0,3}${fence[1]}[\`~]*[ \\t]*\\n?$`).test(token!.raw)) return '';
  return fence[0];
}

function toBlocks(tokens: Token[], from: number, settled: boolean, before = 0): Block[] {
  const blocks: Block[] = [];
  let at = from - before;
  for (const token of tokens) {
    if (token.type !== 'space' && token.type !== 'def') blocks.push({ key: `${Math.max(at, from)}:${token.type}`, token, settled });
    at += token.raw.length;
  }
  return blocks;
}

function offsetOf(block: Block): number {
  return Number.parseInt(block.key, 10);
}

function withMendedEnd(blocks: Block[]): Block[] {
  const last = blocks.at(-1);
  return last ? blocks.with(-1, mended(last)) : blocks;
}

function mended(block: Block): Block {
  if (['code', 'mathBlock', 'plain'].includes(block.token.type)) return block;
  const raw = closeMarkup(block.token.raw);
  if (raw === block.token.raw) return block;
  const [token] = lex(raw);
  return token ? { ...block, token } : block;
}
