import { expandSpans } from './table-grid.ts';

/** The subset of the DOM used here, which several parsers provide. */
export interface HtmlNode {
  nodeType: number;
  textContent: string | null;
  localName?: string;
  childNodes: Iterable<HtmlNode>;
  parentNode?: HtmlNode | null;
  getAttribute?(name: string): string | null;
  hasAttribute?(name: string): boolean;
}

/** Marks a list item that has its own number, as in Word. */
const OWN_NUMBER = '\ufdd0';
const TEXT = 3;
const ELEMENT = 1;
const SKIPPED = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'svg',
  'iframe',
  'object',
  'head',
  'title',
  'nav',
  'annotation',
  'button',
  'select',
  'input',
  'textarea',
  'dialog',
  'canvas',
  'audio',
  'video',
]);
const BLOCKS = new Set([
  'address',
  'article',
  'aside',
  'blockquote',
  'body',
  'caption',
  'center',
  'dd',
  'details',
  'div',
  'dl',
  'fieldset',
  'figcaption',
  'figure',
  'footer',
  'form',
  'header',
  'hr',
  'html',
  'main',
  'p',
  'section',
  'summary',
  'tbody',
  'td',
  'tfoot',
  'th',
  'thead',
  'tr',
  'ul',
  'ol',
  'li',
]);

/**
 * Converts HTML to text with Markdown marks: headings, lists, tables and code keep their structure, links only their
 * text.
 */
export function structureOf(root: HtmlNode): string {
  const blocks: string[] = [];
  let line = '';
  /** Ends the current line; related blocks are joined by a single line break. */
  const flush = (prefix = '') => {
    const text = line
      .replace(/[ \t\r\n\f]+/g, ' ')
      .replaceAll('\u2028', '\n')
      .replace(/ *\n */g, '\n')
      .trim();
    line = '';
    if (text) blocks.push(prefix + text);
  };
  const visitAll = (node: HtmlNode, depth: number) => {
    for (const child of node.childNodes) visit(child, depth);
  };
  /** Converts the children of a node to blocks. */
  const inner = (node: HtmlNode, depth: number): string[] => {
    flush();
    const from = blocks.length;
    visitAll(node, depth);
    flush();
    return blocks.splice(from);
  };

  function visit(node: HtmlNode, depth: number): void {
    if (node.nodeType === TEXT) {
      line += node.textContent ?? '';
      return;
    }
    if (node.nodeType !== ELEMENT || isHidden(node)) return;
    const name = node.localName ?? '';
    if (/^h[1-6]$/.test(name)) return heading(node, Number(name[1]), depth);
    if (name === 'br') line += '\u2028';
    else if (name === 'rt') reading(node, depth);
    else if (name === 'pre') code(node);
    else if (name === 'table') table(node, depth);
    else if (name === 'ul' || name === 'ol') list(node, name === 'ol', depth);
    else if (name === 'dt') definition(node, depth);
    else if (name === 'img') line += imageText(node);
    else if (BLOCKS.has(name)) blocks.push(...inner(node, depth));
    else visitAll(node, depth);
  }

  function heading(node: HtmlNode, level: number, depth: number): void {
    const text = inner(node, depth).join(' ').replace(/\s+/g, ' ');
    if (text) blocks.push(`${'#'.repeat(level)} ${text}`);
  }

  function code(node: HtmlNode): void {
    flush();
    const text = textWithBreaks(node).replace(/\r\n?/g, '\n').replace(/^\n+/, '').trimEnd();
    if (text) blocks.push(`\`\`\`\n${text}\n\`\`\``);
  }

  /** Writes ruby text in brackets after the word, unless the page has brackets itself. */
  function reading(node: HtmlNode, depth: number): void {
    const hasBrackets = [...(node.parentNode?.childNodes ?? [])].some((child) => child.localName === 'rp');
    if (!hasBrackets) line += '(';
    visitAll(node, depth);
    if (!hasBrackets) line += ')';
  }

  /** Writes a defined term in bold, which joins it to the next block. */
  function definition(node: HtmlNode, depth: number): void {
    const text = inner(node, depth).join(' ').replace(/\s+/g, ' ');
    if (text) blocks.push(`**${text}**`);
  }

  function list(node: HtmlNode, ordered: boolean, depth: number): void {
    flush();
    const items = [...node.childNodes].filter((child) => child.nodeType === ELEMENT && !isHidden(child));
    const isReversed = Boolean(node.hasAttribute?.('reversed'));
    let number = wholeNumber(node, 'start') ?? (isReversed ? items.length : 1);
    const lines = items.map((item) => {
      number = wholeNumber(item, 'value') ?? number;
      const mark = ordered ? `${number}. ` : '- ';
      number += isReversed ? -1 : 1;
      const whole = inner(item, depth + 1).join('\n');
      if (isShell(item)) return whole;
      const content = whole.replace(/\n/g, '\n  ');
      return content && !content.startsWith(OWN_NUMBER) ? mark + content : content;
    });
    const text = lines.filter(Boolean).join('\n');
    if (text) blocks.push(text);
  }

  function table(node: HtmlNode, depth: number): void {
    const rows = rowsOf(node).map((row) => row.map((cell) => ({ cell, blocks: inner(cell, depth + 1) })));
    flush();
    const isLayout =
      // A table with one column, or with several blocks per cell, is layout and not data.
      rows.every((row) => row.length < 2) || rows.some((row) => row.some(({ blocks: held }) => held.length > 6));
    if (isLayout) return void blocks.push(...rows.flatMap((row) => row.flatMap(({ blocks: held }) => held)));
    const grid = expandSpans(
      rows.map((row) =>
        row.map(({ cell, blocks: held }) => ({
          text: held.join(' ').replace(/\s+/g, ' ').replaceAll('|', '\\|'),
          rows: wholeNumber(cell, 'rowspan') ?? 1,
          columns: wholeNumber(cell, 'colspan') ?? 1,
        })),
      ),
    );
    const lines = grid.map((row) => `| ${row.join(' | ')} |`);
    if (lines.length > 1) lines.splice(1, 0, `|${' --- |'.repeat(grid[0]!.length)}`);
    blocks.push(lines.join('\n'));
  }

  visit(root, 0);
  flush();
  return blocks.join('\n\n');
}

function isHidden(node: HtmlNode): boolean {
  return (
    SKIPPED.has(node.localName ?? '') ||
    Boolean(node.hasAttribute?.('hidden')) ||
    node.getAttribute?.('aria-hidden') === 'true' ||
    UNSEEN.test(node.getAttribute?.('style') ?? '')
  );
}

/** Styles that hide text: not displayed, of size zero, or far outside the page. */
const UNSEEN =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0*\.?0*\s*(?:%|!|;|$)|font-size\s*:\s*0*\.?0+\s*(?:[a-z%]{1,4}\s*)?(?:!|;|$)|(?:left|right|top|bottom|text-indent|margin-left|margin-top)\s*:\s*-\d{4,}(?:\.\d+)?px|content-visibility\s*:\s*hidden|clip\s*:\s*rect\(\s*0)/i;

function wholeNumber(node: HtmlNode, attribute: string): number | null {
  const value = node.getAttribute?.(attribute)?.trim() ?? '';
  return /^-?\d{1,6}$/.test(value) ? Number(value) : null;
}

/** Returns true for an item with nothing but a list, which is how a nested list without an upper level is written. */
function isShell(item: HtmlNode): boolean {
  const held = [...item.childNodes].filter((child) => child.nodeType === ELEMENT || child.textContent?.trim());
  return held.length > 0 && held.every((child) => child.localName === 'ol' || child.localName === 'ul');
}

/** Returns the text of code; some pages break its lines by elements. */
function textWithBreaks(node: HtmlNode): string {
  if (node.nodeType === TEXT) return node.textContent ?? '';
  if (node.localName === 'br') return '\n';
  if (node.nodeType !== ELEMENT || isHidden(node)) return '';
  let text = '';
  for (const child of node.childNodes) text += textWithBreaks(child);
  return text;
}

function imageText(node: HtmlNode): string {
  const text = node.getAttribute?.('alt')?.trim();
  return text ? ` ${text} ` : '';
}

/** Returns the cells of each row, without those of nested tables. */
function rowsOf(table: HtmlNode): HtmlNode[][] {
  const rows: HtmlNode[][] = [];
  const search = (node: HtmlNode) => {
    for (const child of node.childNodes) {
      if (child.localName === 'tr') rows.push([...child.childNodes].filter((cell) => cell.localName === 'td' || cell.localName === 'th'));
      else if (child.localName !== 'table' && child.nodeType === ELEMENT) search(child);
    }
  };
  search(table);
  return rows.filter((row) => row.length > 0);
}
