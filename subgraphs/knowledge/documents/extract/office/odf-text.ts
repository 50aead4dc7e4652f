import { childOf, descendantsOf, elementsOf, textOf, type XmlElement } from '../xml.ts';
import { tableText } from './table-text.ts';

/** Elements without visible text: tracked deletions, ruby text, form descriptions, and scripts. */
const SKIPPED = new Set([
  'tracked-changes',
  'ruby-text',
  'forms',
  'sequence-decls',
  'variable-decls',
  'user-field-decls',
  'event-listeners',
  'table-of-content-source',
  'alphabetical-index-source',
  'hidden-text',
  'hidden-paragraph',
  'shapes',
  'title',
  'desc',
]);
const MAX_SPACES = 100;

/** Converts OpenDocument elements to text with Markdown marks. Notes and comments follow at the end. */
export class OdfText {
  /** The numbered levels of list styles, by style name. */
  readonly #numbered = new Map<string, Set<number>>();
  #notes: string[] = [];

  constructor(roots: XmlElement[]) {
    for (const style of roots.flatMap((root) => descendantsOf(root, 'list-style'))) {
      const levels = elementsOf(style, 'list-level-style-number')
        .filter(({ attributes }) => attributes['style:num-format'])
        .map(({ attributes }) => Number(attributes['text:level']));
      this.#numbered.set(style.attributes['style:name'] ?? '', new Set(levels));
    }
  }

  blocks(element: XmlElement): string {
    this.#notes = [];
    const blocks = this.#blocksOf(element);
    const notes = this.#notes.map((note) => `- ${note}`).join('\n');
    return [...blocks, notes].filter((block) => block.trim() !== '').join('\n\n');
  }

  /** Returns the plain text of a cell, without notes, comments and marks. */
  plain(element: XmlElement): string {
    return elementsOf(element)
      .filter(({ name }) => name === 'p' || name === 'h' || name === 'list')
      .map((paragraph) =>
        paragraph.name === 'list'
          ? descendantsOf(paragraph, 'p')
              .map((p) => this.#inline(p))
              .join(' ')
          : this.#inline(paragraph),
      )
      .join(' ');
  }

  #blocksOf(element: XmlElement): string[] {
    return elementsOf(element).flatMap((child): string[] => {
      if (SKIPPED.has(child.name) || isHidden(child)) return [];
      switch (child.name) {
        case 'h': {
          const level = Math.min(6, Math.max(1, Number(child.attributes['text:outline-level'] ?? 1) || 1));
          const text = this.#inline(child).replace(/\s+/g, ' ').trim();
          return text ? [`${'#'.repeat(level)} ${text}`, ...this.#framed(child)] : this.#framed(child);
        }
        case 'p':
          return [this.#inline(child).trim(), ...this.#framed(child)];
        case 'list':
          return [this.#list(child, 1, child.attributes['text:style-name'] ?? '').join('\n')];
        case 'table':
          return [tableText(this.#tableRows(child))];
        case 'annotation':
          return [];
        default:
          return this.#blocksOf(child);
      }
    });
  }

  /** Returns text boxes and tables in frames that are anchored in a paragraph; they follow it. */
  #framed(paragraph: XmlElement): string[] {
    return elementsOf(paragraph).flatMap((child) =>
      child.name === 'frame' || child.name === 'custom-shape' ? this.#blocksOf(child) : this.#framedIn(child),
    );
  }

  #framedIn(child: XmlElement): string[] {
    return child.name === 'span' || child.name === 'a' ? this.#framed(child) : [];
  }

  #list(list: XmlElement, level: number, style: string): string[] {
    const isNumbered = this.#numbered.get(style)?.has(level) ?? false;
    let number = 0;
    return elementsOf(list).flatMap((item) => {
      if (item.name !== 'list-item' && item.name !== 'list-header') return [];
      number = Number(item.attributes['text:start-value'] ?? 0) || number + 1;
      const mark = item.name === 'list-header' ? '' : isNumbered ? `${number}. ` : '- ';
      const indent = '  '.repeat(level - 1);
      const own = elementsOf(item).filter(({ name }) => name !== 'list');
      const text = this.#blocksOf({ name: '', attributes: {}, children: own }).join(' ').replace(/^#+ /, '').replace(/\s+/g, ' ').trim();
      const inner = elementsOf(item, 'list').flatMap((one) => this.#list(one, level + 1, one.attributes['text:style-name'] ?? style));
      return [...(text ? [`${indent}${mark}${text}`] : []), ...inner];
    });
  }

  #tableRows(table: XmlElement): string[][] {
    let above: string[] = [];
    /** The number of further rows that a cell spans in each column. */
    const reach: number[] = [];
    return rowsIn(table).map((row) => {
      const cells: string[] = [];
      for (const cell of elementsOf(row)) {
        if (cell.name !== 'table-cell' && cell.name !== 'covered-table-cell') continue;
        const times = Math.min(64, Number(cell.attributes['table:number-columns-repeated'] ?? 1) || 1);
        for (let time = 0; time < times; time += 1) {
          const at = cells.length;
          if (cell.name === 'table-cell') {
            reach[at] = (Number(cell.attributes['table:number-rows-spanned'] ?? 1) || 1) - 1;
            cells.push(this.#blocksOf(cell).join(' '));
          } else if ((reach[at] ?? 0) > 0) {
            reach[at]! -= 1;
            cells.push(above[at] ?? '');
          } else cells.push('');
        }
      }
      return (above = cells);
    });
  }

  #inline(element: XmlElement): string {
    return element.children
      .map((child): string => {
        // Whitespace in the XML collapses to one space.
        if (typeof child === 'string') return child.replace(/\s+/g, ' ');
        if (SKIPPED.has(child.name)) return '';
        switch (child.name) {
          case 's':
            return ' '.repeat(Math.min(MAX_SPACES, Number(child.attributes['text:c'] ?? 1) || 1));
          case 'tab':
            return '\t';
          case 'line-break':
            return '\n';
          case 'frame':
          case 'custom-shape':
          case 'bookmark-end':
          case 'annotation-end':
            return '';
          case 'annotation':
            this.#notes.push(`Comment${this.#author(child)}: ${this.plain(child)}`);
            return '';
          case 'note': {
            const sign = textOf(childOf(child, 'note-citation') ?? child).trim();
            this.#notes.push(`Note ${sign}: ${this.plain(childOf(child, 'note-body') ?? child)}`);
            return '';
          }
          default:
            return this.#inline(child);
        }
      })
      .join('');
  }

  #author(annotation: XmlElement): string {
    const creator = childOf(annotation, 'creator');
    return creator ? ` by ${textOf(creator).trim()}` : '';
  }
}

function isHidden({ attributes }: XmlElement): boolean {
  return attributes['text:display'] === 'none';
}

function rowsIn(table: XmlElement): XmlElement[] {
  return elementsOf(table).flatMap((child) => {
    if (child.name === 'table-row') return [child];
    return /^table-(row-group|header-rows|rows)$/.test(child.name) ? rowsIn(child) : [];
  });
}
