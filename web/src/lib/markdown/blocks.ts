import type { Token } from 'marked';
import { lex } from './lexer.ts';
import { mend } from './mend.ts';

/** One piece of an answer that is drawn by itself. It is replaced, never changed: an equal object is equal to look at. */
export interface Block {
  /** Stays while the text grows, so that what stands on the page stays too. */
  key: string;
  token: Token;
  /** Nothing that is still to come can change it. */
  settled: boolean;
}

const TAIL = 2;
const STRETCH = 12;

/**
 * Reads a growing text at a cost of its end: all but the last two blocks are settled and never read again. Once the
 * text is complete it is read once more as a whole, for what reaches across blocks, such as link definitions.
 */
export class BlockReader {
  #settled: Block[] = [];
  #settledText = '';
  #last: Block[] = [];
  #lastText = '';

  read(source: string, complete: boolean): Block[] {
    const text = source.replace(/\r\n?/g, '\n');
    if (complete) return this.#readWhole(text);
    if (!text.startsWith(this.#settledText)) this.#forget();
    const blocks = toBlocks(lex(text.slice(this.#settledText.length)), this.#settledText.length, false);
    this.#settle(blocks.splice(0, Math.max(0, blocks.length - TAIL)), blocks[0], text);
    const last = blocks.at(-1);
    if (last) blocks[blocks.length - 1] = mended(last);
    return this.#keepEqual([...this.#settled, ...blocks]);
  }

  #readWhole(text: string): Block[] {
    if (text === this.#lastText && this.#last.every((block) => block.settled)) return this.#last;
    this.#forget();
    this.#lastText = text;
    return this.#keepEqual(toBlocks(lex(text), 0, true));
  }

  #settle(done: Block[], next: Block | undefined, text: string): void {
    if (done.length === 0 || !next) return;
    this.#settled.push(...done.map((block) => ({ ...block, settled: true })));
    this.#settledText = text.slice(0, offsetOf(next));
  }

  /** Blocks that look as before are the same objects as before, and what is only settled now keeps its token. */
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
  }
}

/** The blocks in stretches, which are drawn apart. One whose blocks are as before is the same object as before. */
export function inStretches(blocks: Block[], before: Block[][]): Block[][] {
  return Array.from({ length: Math.ceil(blocks.length / STRETCH) }, (_, at) => {
    const stretch = blocks.slice(at * STRETCH, (at + 1) * STRETCH);
    const old = before[at];
    return old?.length === stretch.length && stretch.every((block, i) => block === old[i]) ? old : stretch;
  });
}

function toBlocks(tokens: Token[], from: number, settled: boolean): Block[] {
  const blocks: Block[] = [];
  let at = from;
  for (const token of tokens) {
    if (token.type !== 'space' && token.type !== 'def') blocks.push({ key: `${at}:${token.type}`, token, settled });
    at += token.raw.length;
  }
  return blocks;
}

function offsetOf(block: Block): number {
  return Number.parseInt(block.key, 10);
}

function mended(block: Block): Block {
  if (block.token.type === 'code' || block.token.type === 'mathBlock') return block;
  const raw = mend(block.token.raw);
  if (raw === block.token.raw) return block;
  const [token] = lex(raw);
  return token ? { ...block, token } : block;
}
