import { Tokenizer, type Tokens } from 'marked';
import { opensAfter } from './emphasis.ts';

/** Maximum nesting depth of lists, quotes and inline markup; deeper markup is shown as written. */
const DEEPEST = 24;
/** Maximum characters scanned without a match for one text, such as unclosed asterisks: about 20 ms. */
const MOST_WORK = 4_000_000;
const MOST_COLUMNS = 100;
const MOST_CELLS = 10_000;
const LONGEST_DEFINITION = 2_000;
/** A list or quote with more characters is parsed as several consecutive ones. */
const PORTION = 8_000;
const HTML_BLOCK =
  /^ {0,3}<(?:[!?]|\/?(?!(?:a|abbr|b|bdi|bdo|br|cite|code|del|em|i|img|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|u|var)\b)[a-z][\w-]*(?:[ \t\n]|\/?>|$))/i;

/**
 * Parses untrusted Markdown. The rules of the library recurse per level and scan for closing marks up to the end of the text,
 * so depth and futile scans are counted; beyond a limit, marks are text.
 */
export class BoundedTokenizer extends Tokenizer {
  #depth = 0;
  #work = 0;

  override blockquote(source: string): Tokens.Blockquote | undefined {
    return /^ {0,3}>/.test(source) ? this.#deeper(() => super.blockquote(portion(source, /\n(?= {0,3}>)/g))) : undefined;
  }

  override list(source: string): Tokens.List | undefined {
    return /^ {0,3}[-*+\d]/.test(source) ? this.#deeper(() => super.list(portion(source, /\n(?=[-*+\d])/g))) : undefined;
  }

  /** HTML is shown as text, so it ends at a blank line and no rule searches for its closing tag. */
  override html(source: string): Tokens.HTML | undefined {
    const raw = HTML_BLOCK.test(source) ? /^(?:[^\n]+(?:\n|$))+/.exec(source)?.[0] : undefined;
    return raw ? { type: 'html', raw, text: raw, block: true, pre: false } : undefined;
  }

  override def(source: string): Tokens.Def | undefined {
    return source.startsWith('[') || /^ {1,3}\[/.test(source) ? super.def(source.slice(0, LONGEST_DEFINITION)) : undefined;
  }

  override table(source: string): Tokens.Table | undefined {
    const [head = '', marks = ''] = source.slice(0, 20_000).split('\n', 2);
    if (!head.includes('|') || !/^ {0,3}[|:-][|:\- \t]*$/.test(marks)) return undefined;
    const columns = head.split('|').length;
    const end = source.search(/\n[ \t]*\n/);
    const rows = (end < 0 ? source : source.slice(0, end)).split('\n').length;
    return columns > MOST_COLUMNS || columns * rows > MOST_CELLS ? undefined : super.table(source);
  }

  override emStrong(source: string, mask: string, before = ''): Tokens.Em | Tokens.Strong | undefined {
    return this.#metered(source, () => super.emStrong(source, mask, source[0] === '*' ? opensAfter(before) : before));
  }

  /** Only double tildes strike through, since "20~30" and "~5 days" contain single ones. */
  override del(source: string, mask: string, before = ''): Tokens.Del | undefined {
    return source.startsWith('~~') ? this.#metered(source, () => super.del(source, mask, opensAfter(before))) : undefined;
  }

  override link(source: string): Tokens.Link | Tokens.Image | undefined {
    return /^!?\[/.test(source) ? this.#metered(source, () => super.link(source)) : undefined;
  }

  override reflink(source: string, links: Parameters<Tokenizer['reflink']>[1]) {
    return this.#metered(/^!?\[/.test(source) ? source : '', () => super.reflink(source, links));
  }

  override tag(source: string): Tokens.Tag | undefined {
    return source[0] === '<' ? this.#metered(source, () => super.tag(source)) : undefined;
  }

  override autolink(source: string): Tokens.Link | undefined {
    return source[0] === '<' ? this.#metered(source, () => super.autolink(source)) : undefined;
  }

  override codespan(source: string): Tokens.Codespan | undefined {
    return source[0] === '`' ? this.#metered(source, () => super.codespan(source)) : undefined;
  }

  #deeper<Token>(read: () => Token | undefined): Token | undefined {
    if (this.#depth >= DEEPEST) return undefined;
    this.#depth += 1;
    try {
      return read();
    } finally {
      this.#depth -= 1;
    }
  }

  #metered<Token extends { raw: string }>(source: string, read: () => Token | undefined): Token | undefined {
    if (this.#work > MOST_WORK) return undefined;
    const token = this.#deeper(read);
    this.#work += token ? token.raw.length : source.length;
    return token;
  }
}

/** The beginning of a text up to a boundary after `PORTION` letters. */
function portion(source: string, boundary: RegExp): string {
  if (source.length <= PORTION) return source;
  boundary.lastIndex = PORTION;
  const end = boundary.exec(source)?.index;
  return end === undefined ? source : source.slice(0, end + 1);
}
