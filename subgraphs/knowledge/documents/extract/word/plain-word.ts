import { codePoint } from 'dingbat-to-unicode';
import { childOf, descendantsOf, elementsOf, textOf, type XmlElement } from '../xml.ts';
import type { NumberedParagraph, Numbering } from './numbering.ts';
import type { WordStyles } from './word-styles.ts';
import { addedRun, addedText, switchAt, withoutMarks, wordElement } from './word-tree.ts';

/** Delimiters around an automatic number, and around the position of an embedded file. */
export const NUMBER_MARKS = ['\ufdd0', '\ufdd1'] as const;
export const CHUNK_MARKS = ['\ufdd2', '\ufdd3'] as const;

/** Wrapper elements that the converter does not know; their content is kept. */
const WRAPPERS = new Set(['w:fldSimple', 'w:dir', 'w:bdo']);
/** Field delimiters are kept in hidden text, because the field's result may be visible. */
const FIELD_PARTS = new Set(['w:fldChar', 'w:instrText']);
/** The private use area, in which symbol fonts have their glyphs. */
const PRIVATE = /[\uf000-\uf0ff]/g;

/**
 * Rewrites a part of a Word document into forms that the converter supports: automatic numbers become text, each text
 * box occurs once and after its paragraph, ruby text follows its word, glyphs of symbol fonts become characters, and
 * hidden text is removed.
 */
export class PlainWord {
  /** The relationship ids of embedded files, in the order of their marks. */
  readonly chunks: string[] = [];
  readonly #styles: WordStyles;
  readonly #numbering: Numbering;

  constructor(styles: WordStyles, numbering: Numbering) {
    this.#styles = styles;
    this.#numbering = numbering;
  }

  simplify(element: XmlElement, style?: string): XmlElement {
    element.children = element.children.flatMap((child): (XmlElement | string)[] =>
      typeof child === 'string' ? [withoutMarks(child)] : this.#plain(child, style),
    );
    return element;
  }

  #plain(element: XmlElement, style: string | undefined): XmlElement[] {
    switch (element.name) {
      case 'w:p':
        return [this.#paragraph(element)];
      case 'w:r':
        return [this.#run(element, style)];
      case 'w:ruby':
        return [addedText(reading(element))];
      case 'w:ptab':
        return [wordElement('w:tab')];
      case 'w:cr':
        return [wordElement('w:br')];
      case 'w:altChunk':
        return [this.#chunk(element)];
      case 'mc:AlternateContent':
        return this.#alternative(element, style);
      case 'w:drawing':
      case 'w:pict':
      case 'w:object':
        return this.#boxes([element]) ?? [this.simplify(element, style)];
      case 'w:tr':
        return switchAt(element, 'w:trPr', 'w:hidden') ? [] : [this.simplify(element, style)];
      default:
        return WRAPPERS.has(element.name) ? elementsOf(this.simplify(element, style)) : [this.simplify(element, style)];
    }
  }

  #paragraph(element: XmlElement): XmlElement {
    const properties = childOf(element, 'w:pPr');
    const style = this.#styles.styleOf(properties);
    // A paragraph with a deleted paragraph mark continues in the next one.
    const mark = childOf(properties, 'w:rPr');
    const isGone = Boolean(childOf(mark, 'w:del') ?? childOf(mark, 'w:moveFrom'));
    const number = isGone ? null : this.#numbering.next(properties, style);
    this.simplify(element, style);
    if (!number && !properties) return element;
    const own = properties ?? wordElement('w:pPr');
    own.children = elementsOf(own).filter(({ name }) => name !== 'w:numPr');
    own.children.push(listProperties(number));
    const label = typeof number?.label === 'string' ? [addedRun(NUMBER_MARKS.join(number.label))] : [];
    element.children = [own, ...label, ...element.children.filter((child) => child !== properties)];
    return element;
  }

  #run(element: XmlElement, style: string | undefined): XmlElement {
    const properties = childOf(element, 'w:rPr');
    if (this.#styles.isHidden(properties, style)) {
      element.children = elementsOf(element).filter(({ name }) => FIELD_PARTS.has(name));
      return element;
    }
    const font = this.#styles.fontOf(properties, style) ?? '';
    element.children = element.children.flatMap((child) => {
      if (typeof child === 'string') return [];
      if (child.name === 'w:sym') return symbol(child);
      if (child.name === 'w:t') return [{ ...child, children: [inUnicode(withoutMarks(textOf(child)), font)] }];
      return this.#plain(child, style);
    });
    return element;
  }

  #chunk({ attributes }: XmlElement): XmlElement {
    const id = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';
    this.chunks.push(id);
    return wordElement('w:p', [addedRun(CHUNK_MARKS.join(String(this.chunks.length - 1)))]);
  }

  /** Chooses one of two alternatives, of which the fallback is for older programs; a text box is in both. */
  #alternative(element: XmlElement, style: string | undefined): XmlElement[] {
    const choice = childOf(element, 'mc:Choice');
    const fallback = childOf(element, 'mc:Fallback');
    const boxes = this.#boxes(fallback && hasBox(fallback) ? [fallback] : choice ? [choice] : []);
    if (boxes) return boxes;
    const taken = fallback ?? choice;
    return taken ? elementsOf(this.simplify(taken, style)) : [];
  }

  /** Returns the text boxes of a drawing in the form that the converter places after the paragraph. */
  #boxes(elements: XmlElement[]): XmlElement[] | null {
    const boxes = elements.flatMap((element) => descendantsOf(element, 'w:txbxContent'));
    return boxes.length > 0
      ? [
          wordElement(
            'w:pict',
            boxes.map((box) => this.simplify(box)),
          ),
        ]
      : null;
  }
}

/** Writes the list explicitly, or that there is none, because the converter does not support all inheritance of lists. */
function listProperties(number: NumberedParagraph | null): XmlElement {
  const { level, list } = number ?? { level: 0, list: '0' };
  return wordElement('w:numPr', [wordElement('w:ilvl', [], { 'w:val': String(level) }), wordElement('w:numId', [], { 'w:val': list })]);
}

function hasBox(element: XmlElement): boolean {
  return descendantsOf(element, 'w:txbxContent').length > 0;
}

/** Writes ruby text as `word(reading)`, like a browser without ruby support. */
function reading(ruby: XmlElement): string {
  const text = (name: string) =>
    elementsOf(ruby, name)
      .flatMap((part) => descendantsOf(part, 'w:t'))
      .map(textOf)
      .join('');
  const spoken = text('w:rt');
  return withoutMarks(text('w:rubyBase') + (spoken && `(${spoken})`));
}

function symbol({ attributes }: XmlElement): XmlElement[] {
  const point = Number.parseInt(attributes['w:char'] ?? '', 16);
  if (!Number.isInteger(point) || point < 0x20 || point > 0x10ffff) return [];
  const isPrivate = point >= 0xf000 && point <= 0xf0ff;
  const known = codePoint(attributes['w:font'] ?? '', isPrivate ? point - 0xf000 : point)?.string;
  const text = known ?? (isPrivate || (point >= 0xd800 && point <= 0xdfff) ? '' : String.fromCodePoint(point));
  return text ? [addedText(withoutMarks(text))] : [];
}

function inUnicode(text: string, font: string): string {
  return text.replace(PRIVATE, (sign) => codePoint(font, sign.charCodeAt(0) - 0xf000)?.string ?? sign);
}
