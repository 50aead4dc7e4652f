import type { ExtractedPage } from '../extraction.ts';
import type { Warn } from '../warnings.ts';
import { encodingOfCharset, encodingOfCodePage, tokensOf } from './rtf-tokens.ts';
import { tableText } from './table-text.ts';

/** Destinations without document text, besides all that begin with `\*`. */
const SKIPPED = new Set(
  'fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf fldinst xe tc tcn listtable listoverridetable revtbl rsidtbl filetbl themedata datastore nonshppict pntxta pntxtb bkmkstart bkmkend atnid atnauthor private sp sn sv'.split(
    ' ',
  ),
);
const CHARACTERS: Record<string, string> = {
  line: '\n',
  tab: '\t',
  emdash: '—',
  endash: '–',
  emspace: ' ',
  enspace: ' ',
  qmspace: ' ',
  bullet: '•',
  lquote: '‘',
  rquote: '’',
  ldblquote: '“',
  rdblquote: '”',
  '~': '\u00a0',
  _: '\u2011',
};
const MAX_GROUPS = 10_000;
const MAX_HEADING = 200;

interface State {
  skipped: boolean;
  hidden: boolean;
  encoding: string;
  /** The number of fallback characters after `\u`, for readers without Unicode. */
  fallback: number;
  /** The destination of the text: the document, the font table, style names or a note. */
  target: 'text' | 'fonts' | 'styles' | 'note';
}

/** Reads Rich Text Format: paragraphs, headings, list marks and tables, in any code page and with Unicode escapes. */
export async function readRtf(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const reader = new RtfReader();
  reader.read(bytes);
  if (reader.isBroken) warn('UNREADABLE', 'the end of the file');
  return [{ number: null, text: reader.text }];
}

class RtfReader {
  isBroken = false;
  readonly #blocks: string[] = [];
  readonly #notes: string[] = [];
  readonly #fonts = new Map<number, string>();
  /** Heading levels by style number. */
  readonly #headings = new Map<number, number>();
  #line = '';
  #bytes: number[] = [];
  #bytesEncoding = '';
  #skip = 0;
  #rows: string[][] = [];
  #cells: string[] = [];
  #inTable = false;
  #level = 0;
  #isItem = false;
  #font = 0;
  #style = 0;
  #styleName = '';
  #state: State = { skipped: false, hidden: false, encoding: 'windows-1252', fallback: 1, target: 'text' };
  #default = 'windows-1252';

  get text(): string {
    return [...this.#blocks, this.#notes.map((note) => `- ${note}`).join('\n')].filter(Boolean).join('\n\n');
  }

  read(bytes: Uint8Array): void {
    const stack: State[] = [];
    let starred = false;
    for (const token of tokensOf(bytes)) {
      if (token.kind === 'open') {
        this.#flushBytes();
        if (stack.length < MAX_GROUPS) stack.push({ ...this.#state });
      } else if (token.kind === 'close') {
        this.#flushBytes();
        this.#leave(stack.pop());
      } else if (token.kind === 'byte') this.#addByte(token.byte);
      else if (token.word === '*') {
        starred = true;
        continue;
      } else {
        if (starred && !KEPT_STARRED.has(token.word)) this.#state.skipped = true;
        this.#word(token.word, token.value);
      }
      starred = false;
    }
    this.#flushBytes();
    this.isBroken = stack.length > 0;
    this.#paragraph();
    this.#endTable();
  }

  #leave(outer: State | undefined): void {
    if (!outer) return;
    if (this.#state.target === 'note' && outer.target !== 'note') {
      const note = this.#line.slice(this.#noteStart).trim();
      this.#line = this.#line.slice(0, this.#noteStart);
      if (note) this.#notes.push(`Note: ${note.replace(/\s+/g, ' ')}`);
    }
    this.#state = outer;
  }

  #noteStart = 0;

  #word(word: string, value: number | null): void {
    const state = this.#state;
    if (word === 'u') return this.#unicode(value ?? 0);
    this.#flushBytes();
    if (word === 'fonttbl') state.target = 'fonts';
    else if (word === 'stylesheet') state.target = 'styles';
    else if (word === 'footnote' && !state.skipped) {
      state.target = 'note';
      this.#noteStart = this.#line.length;
    } else if (SKIPPED.has(word)) state.skipped = true;
    else if (word === 'ansicpg') this.#default = state.encoding = encodingOfCodePage(value ?? 1252);
    else if (word === 'mac') this.#default = state.encoding = 'macintosh';
    else if (word === 'uc') state.fallback = Math.min(value ?? 1, 8);
    else if (word === 'v') state.hidden = value !== 0;
    else if (word === 'deleted') state.hidden = value !== 0;
    else if (word === 'plain') this.#plain();
    else if (word === 'f') this.#useFont(value ?? 0);
    else if (word === 'fcharset' && state.target === 'fonts') this.#noteFont(value ?? 0);
    else if (word === 's') this.#useStyle(value ?? 0);
    else if (state.skipped || state.target === 'fonts' || state.target === 'styles') this.#noteLevel(word, value);
    else this.#layout(word, value);
  }

  #layout(word: string, value: number | null): void {
    if (/^(par|sect|page)$/.test(word)) {
      if (this.#state.target === 'note') this.#line += ' ';
      else this.#paragraph();
    } else if (word === 'pard') {
      this.#level = 0;
      this.#inTable = false;
      this.#isItem = false;
    } else if (word === 'intbl') this.#inTable = true;
    else if (word === 'cell' || word === 'nestcell') this.#endCell();
    else if (word === 'row' || word === 'nestrow') this.#endRow();
    else if (word === 'outlinelevel' && value !== null && value < 9) this.#level = Math.min(6, value + 1);
    else if (word === 'pntext' || word === 'listtext') this.#isItem = true;
    else if (word in CHARACTERS) this.#add(CHARACTERS[word]!);
  }

  #plain(): void {
    this.#state.hidden = false;
    this.#state.encoding = this.#fonts.get(0) ?? this.#default;
  }

  #useFont(number: number): void {
    this.#font = number;
    if (this.#state.target !== 'fonts') this.#state.encoding = this.#fonts.get(number) ?? this.#default;
  }

  #noteFont(charset: number): void {
    const encoding = encodingOfCharset(charset);
    if (encoding) this.#fonts.set(this.#font, encoding);
  }

  #useStyle(number: number): void {
    this.#style = number;
    this.#styleName = '';
    if (this.#state.target === 'text') this.#level = this.#headings.get(number) ?? 0;
  }

  #noteLevel(word: string, value: number | null): void {
    if (this.#state.target === 'styles' && word === 'outlinelevel' && value !== null)
      this.#headings.set(this.#style, Math.min(6, value + 1));
  }

  #unicode(value: number): void {
    this.#flushBytes();
    this.#add(String.fromCharCode(value < 0 ? value + 65_536 : value));
    this.#skip = this.#state.fallback;
  }

  /** Collects bytes, which are decoded together, because the bytes of one character may be in several escapes. */
  #addByte(byte: number): void {
    if (this.#skip > 0) return void (this.#skip -= 1);
    if (this.#bytesEncoding !== this.#state.encoding) this.#flushBytes();
    this.#bytesEncoding = this.#state.encoding;
    this.#bytes.push(byte);
  }

  #flushBytes(): void {
    this.#skip = 0;
    if (this.#bytes.length === 0) return;
    const text = new TextDecoder(this.#bytesEncoding).decode(Uint8Array.from(this.#bytes));
    this.#bytes = [];
    this.#add(text);
  }

  #add(text: string): void {
    const { skipped, hidden, target } = this.#state;
    if (target === 'styles') {
      this.#styleName += text;
      const level = /^\s*heading (\d)/i.exec(this.#styleName)?.[1];
      if (level) this.#headings.set(this.#style, Math.min(6, Number(level)));
    }
    if (!skipped && !hidden && (target === 'text' || target === 'note')) this.#line += text;
  }

  #paragraph(): void {
    const text = this.#line
      .replace(/[ \t\u00a0]+/g, ' ')
      .replace(/ *\n */g, '\n')
      .trim();
    this.#line = '';
    if (this.#inTable) return void (this.#line = text && `${text} `);
    this.#endTable();
    if (text === '') return;
    const item = /^(?:[•·▪◦o\-–\uf0b7\uf0a7]|(\d{1,3})[.)])\s+(.*)$/s.exec(text);
    if (this.#isItem || (item && item[1] === undefined)) {
      const line = item ? (item[1] === undefined ? `- ${item[2]}` : `${item[1]}. ${item[2]}`) : `- ${text}`;
      if (this.#lastIsItem) this.#blocks.push(`${this.#blocks.pop()}\n${line}`);
      else this.#blocks.push(line);
      this.#lastIsItem = true;
      return;
    }
    this.#lastIsItem = false;
    this.#blocks.push(this.#level > 0 && text.length <= MAX_HEADING ? `${'#'.repeat(this.#level)} ${text.replace(/\n/g, ' ')}` : text);
  }

  #lastIsItem = false;

  #endCell(): void {
    this.#cells.push(this.#line.replace(/\s+/g, ' ').trim());
    this.#line = '';
  }

  #endRow(): void {
    if (this.#cells.length > 0) this.#rows.push(this.#cells);
    this.#cells = [];
  }

  #endTable(): void {
    this.#endRow();
    if (this.#rows.length > 0) this.#blocks.push(tableText(this.#rows));
    this.#rows = [];
    this.#lastIsItem = false;
  }
}

/** Destinations that begin with `\*` but contain text. */
const KEPT_STARRED = new Set(['shppict', 'shpinst', 'shptxt', 'ud', 'nesttableprops', 'fldrslt']);
