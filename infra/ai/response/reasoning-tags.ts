/** A piece of an answer. `retract` marks the preceding `characters` of text as reasoning. */
export type Segment = { kind: 'text' | 'reasoning'; text: string } | { kind: 'retract'; characters: number };

const NAMES = [
  'think',
  'thinking',
  'thought',
  'thoughts',
  'reasoning',
  'reason',
  'reflection',
  'analysis',
  'seed:think',
  'antthinking',
  'scratchpad',
];
const NAME = NAMES.join('|');
const TAG = new RegExp(`^<(?:${NAME})(?:\\s[^<>]{0,200})?>`, 'i');
const BEGUN_TAG = new RegExp(`^<(?:(?:${NAME})(?:\\s[^<>]{0,200})?)?$`, 'i');

/** The opening and closing marks of reasoning in the chat templates of models. */
const FORMS: { open: RegExp; begun: (text: string) => boolean; close: RegExp }[] = [
  {
    open: TAG,
    begun: (text) =>
      BEGUN_TAG.test(text) || (/^<[a-z:]*$/i.test(text) && NAMES.some((name) => name.startsWith(text.slice(1).toLowerCase()))),
    close: new RegExp(`</(?:${NAME})\\s*>`, 'i'),
  },
  ...[
    ['[THINK]', '[/THINK]'],
    ['◁think▷', '◁/think▷'],
    ['<|begin_of_thought|>', '<|end_of_thought|>'],
    ['<|START_THINKING|>', '<|END_THINKING|>'],
    ['<|channel|>analysis<|message|>', '<|end|>'],
    ['<|start|>assistant<|channel|>analysis<|message|>', '<|end|>'],
  ].map(([open, close]) => ({
    open: new RegExp(`^${escaped(open!)}`),
    begun: (text: string) => open!.startsWith(text),
    close: new RegExp(escaped(close!)),
  })),
];
/** Delimiters between reasoning and answer, which belong to neither. */
const MARKS = [
  '<|start|>assistant<|channel|>final<|message|>',
  '<|channel|>final<|message|>',
  '<|START_RESPONSE|>',
  '<|begin_of_solution|>',
];
/** A closing tag without an opening one, because some templates put the opening tag into the prompt. */
const LONE_CLOSE = new RegExp(`</(?:${NAME})\\s*>|\\[/THINK\\]|◁/think▷`, 'i');
/** The maximum characters held back for an incomplete tag. */
const MAX_HELD = 260;
const HELD_CLOSE = 40;

/**
 * Separates reasoning in tags from the answer while it streams. Tags count only at the beginning, so that an answer
 * about tags, or with a tag in code, is not changed.
 */
export class ReasoningTags {
  #state: 'start' | 'inside' | 'text' = 'start';
  #held = '';
  #close = FORMS[0]!.close;
  #hadReasoning = false;
  #isBlank = true;
  /** The text so far, until a lone closing tag can no longer turn it into reasoning; then null. */
  #text: string | null = '';

  next(piece: string): Segment[] {
    this.#held += piece;
    return [...this.#read(false)];
  }

  end(): Segment[] {
    return [...this.#read(true)];
  }

  /** Reports that reasoning came in a separate field, so that the text has no tags. */
  reasoningIsApart(): void {
    if (this.#state === 'start') this.#hadReasoning = true;
    this.#text = null;
  }

  *#read(isEnd: boolean): Generator<Segment> {
    for (let before = -1; this.#held !== '' && before !== this.#held.length;) {
      before = this.#held.length;
      const state = this.#state;
      if (state === 'start') this.#readStart(isEnd);
      else if (state === 'inside') yield* this.#readInside(isEnd);
      else yield* this.#readText(isEnd);
      if (this.#state !== state) before = -1;
    }
  }

  #readStart(isEnd: boolean): void {
    const text = this.#held.trimStart();
    if (text === '' && !isEnd) return;
    for (const { open, close } of FORMS) {
      const tag = open.exec(text)?.[0];
      if (!tag) continue;
      this.#held = text.slice(tag.length);
      this.#close = close;
      this.#state = 'inside';
      return;
    }
    const mark = MARKS.find((one) => text.startsWith(one));
    const mayBegin = text.length < MAX_HELD && (FORMS.some(({ begun }) => begun(text)) || MARKS.some((one) => one.startsWith(text)));
    if (!mark && mayBegin && !isEnd) return;
    if (mark) this.#held = text.slice(mark.length);
    // Blank lines between reasoning and answer are dropped.
    else if (this.#hadReasoning) this.#held = text;
    this.#state = 'text';
    if (mark || this.#hadReasoning) this.#text = null;
  }

  *#readInside(isEnd: boolean): Generator<Segment> {
    for (let from = 0; ;) {
      const found = this.#close.exec(this.#held.slice(from));
      if (!found) break;
      const start = from + found.index;
      const end = start + found[0].length;
      const before = this.#held[start - 1];
      if (end === this.#held.length && isQuote(before) && !isEnd) {
        yield* this.#giveReasoning(start - 1);
        return;
      }
      if (isQuote(before) && isQuote(this.#held[end])) {
        from = end;
        continue;
      }
      yield* this.#giveReasoning(start);
      this.#held = this.#held.slice(found[0].length);
      this.#hadReasoning = true;
      this.#state = 'start';
      return;
    }
    yield* this.#giveReasoning(isEnd ? this.#held.length : this.#held.length - heldBack(this.#held));
  }

  *#giveReasoning(length: number): Generator<Segment> {
    const piece = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    // A model without reasoning leaves the tags empty.
    const text = this.#isBlank ? piece.trimStart() : piece;
    if (!text) return;
    this.#isBlank = false;
    yield { kind: 'reasoning', text };
  }

  *#readText(isEnd: boolean): Generator<Segment> {
    if (this.#text === null) return yield* this.#giveText(this.#held.length);
    const found = LONE_CLOSE.exec(this.#held);
    if (!found) return yield* this.#giveText(isEnd ? this.#held.length : this.#held.length - heldBack(this.#held));
    const end = found.index + found[0].length;
    if (end === this.#held.length && !isEnd) return;
    const before = this.#text + this.#held.slice(0, found.index);
    if (!closesReasoning(before, this.#held.slice(end))) {
      yield* this.#giveText(end);
      return;
    }
    if (this.#text) yield { kind: 'retract', characters: this.#text.length };
    if (found.index > 0) yield { kind: 'reasoning', text: this.#held.slice(0, found.index) };
    this.#held = this.#held.slice(end);
    this.#hadReasoning = true;
    this.#text = null;
    this.#state = 'start';
  }

  *#giveText(length: number): Generator<Segment> {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (this.#text !== null) this.#text += text;
    if (text) yield { kind: 'text', text };
  }
}

/** Counts the trailing characters that may begin a closing tag. */
function heldBack(text: string): number {
  const from = Math.max(0, text.length - HELD_CLOSE);
  const start = Math.max(text.lastIndexOf('<'), text.lastIndexOf('['), text.lastIndexOf('◁'));
  if (start < from) return 0;
  const tail = text.slice(start);
  return /^(<(\/[a-z:]*\s*)?|<\|[A-Za-z_]*\|?|\[(\/[A-Z]*)?|◁(\/[a-z]*)?)$/i.test(tail) ? tail.length : 0;
}

/** Returns true if a lone closing tag ends reasoning: not in code, not within a sentence. */
function closesReasoning(before: string, after: string): boolean {
  if (new RegExp(`<(?:${NAME})[\\s>]`, 'i').test(before)) return false;
  const fences = before.match(/^\s*(```|~~~)/gm)?.length ?? 0;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (fences % 2 === 1 || (line.match(/`/g)?.length ?? 0) % 2 === 1) return false;
  if (line.trim() === '' || /^\s*\n/.test(after)) return true;
  return /\S$/.test(before) && /^(\p{L}|$)/u.test(after);
}

function isQuote(character: string | undefined): boolean {
  return character !== undefined && /[`'"“”‘’]/.test(character);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
