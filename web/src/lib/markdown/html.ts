import DOMPurify from 'dompurify';
import type { Token, Tokens } from 'marked';
import { dialect } from './lexer.ts';

/** Sources of an answer: the displayed number of each, by its number in the text. */
export interface Sources {
  shown: ReadonlyMap<number, number>;
  /** While the answer is being written, every `[n]` is taken for a source; afterwards those that were found. */
  isOpen: boolean;
}

/** For a block without citations. */
export const NO_SOURCES: Sources = { shown: new Map(), isOpen: true };

let sources = NO_SOURCES;

dialect.use({
  extensions: [
    { name: 'citation', renderer: (token) => chips(token['numbers'] as number[], token.raw) },
    { name: 'math', renderer: (token) => math(token) },
    { name: 'mathBlock', renderer: (token) => math(token) },
  ],
  renderer: {
    // HTML from a model is shown as text, except line breaks, which table cells need.
    html: ({ text }: Tokens.HTML | Tokens.Tag) => (/^<br\s*\/?>$/i.test(text.trim()) ? '<br>' : escape(text)),
    // The URL of an image could send text of the conversation to a third party, so it is fetched only on request.
    image: ({ href, text }: Tokens.Image) => `<a href="${escape(href)}">${escape(text || href)}</a>`,
    listitem(item: Tokens.ListItem) {
      const classes = [item.task && 'md-task', item.tokens.some(({ type }) => type === 'list') && 'md-branch'].filter(Boolean);
      return `<li${classes.length > 0 ? ` class="${classes.join(' ')}"` : ''}>${this.parser.parse(item.tokens)}</li>\n`;
    },
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? '☑ ' : '☐ '),
    table(token: Tokens.Table) {
      const head = `<tr>${token.header.map((cell) => this.tablecell(cell)).join('')}</tr>`;
      const body = token.rows.map((row) => `<tr>${row.map((cell) => this.tablecell(cell)).join('')}</tr>`).join('');
      return `<div class="md-table" role="group" aria-label="Table" tabindex="0"><table><thead>${head}</thead><tbody>${body}</tbody></table></div>`;
    },
  },
});

// Configured once: reading a configuration for each block costs as much as sanitising one.
DOMPurify.setConfig({
  FORBID_TAGS: ['style', 'form', 'input', 'iframe', 'img', 'video', 'audio', 'svg', 'math'],
  FORBID_ATTR: ['style', 'id', 'name'],
  ADD_ATTR: ['target'],
  IN_PLACE: true,
});

/**
 * An inert document: nothing is loaded or executed. Shared by all blocks, because creating one costs more than sanitising a
 * paragraph.
 */
let inert: HTMLElement | undefined;

const TAGS = 'p|em|strong|del|code|pre|br|hr|ul|ol|li|blockquote|h[1-6]|table|thead|tbody|tr|th|td|div|span';
const WITH_ATTRIBUTES = [
  'ol start="\\d{1,9}"',
  't[hd] align="(?:left|right|center)"',
  'li class="md-task"',
  'span class="md-chip"',
  '/button',
  'button type="button" class="md-chip" data-source="\\d{1,3}" aria-label="Source \\d{1,3}"',
  'div class="md-table" role="group" aria-label="Table" tabindex="0"',
].join('|');
/** Matches any tag except those of plain text: a block without one needs no sanitising, which is the largest cost. */
const UNUSUAL = new RegExp(`<(?!(?:/?(?:${TAGS})|${WITH_ATTRIBUTES})>)`);

/** Returns the sanitised HTML of one block. */
export function toHtml(token: Token, known: Sources): string {
  sources = known;
  const html = drawUp(dialect.parser([token]));
  return UNUSUAL.test(html) ? cleaned(html) : html;
}

function cleaned(html: string): string {
  inert ??= document.implementation.createHTMLDocument('').createElement('div');
  inert.innerHTML = html;
  DOMPurify.sanitize(inert);
  return inert.innerHTML;
}

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName !== 'A') return;
  node.setAttribute('target', '_blank');
  node.setAttribute('rel', 'noopener noreferrer');
});

/** Attaches a citation to the word before it, even if the model wrote a space between them. */
function drawUp(html: string): string {
  return html.replace(/[ \t]+(?=<(?:button type="button"|span) class="md-chip")/g, '');
}

function chips(numbers: number[], raw: string): string {
  const { shown, isOpen } = sources;
  if (isOpen) return numbers.map((number) => `<span class="md-chip">${shown.get(number) ?? number}</span>`).join('');
  if (!numbers.some((number) => shown.has(number))) return escape(raw);
  return numbers
    .filter((number) => shown.has(number))
    .map((number) => {
      const label = shown.get(number);
      return `<button type="button" class="md-chip" data-source="${number}" aria-label="Source ${label}">${label}</button>`;
    })
    .join('');
}

function math(token: Tokens.Generic): string {
  const tex = escape(token['tex'] as string);
  return token['display']
    ? `<span class="md-display" data-tex="${tex}" data-display="true">${tex}</span>`
    : `<span data-tex="${tex}">${tex}</span>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
