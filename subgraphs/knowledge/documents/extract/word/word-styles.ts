import { childOf, elementsOf, type XmlElement } from '../xml.ts';
import { switchAt, valueAt } from './word-tree.ts';

/** The maximum length of a style chain, because styles may refer to each other in a cycle. */
const MAX_CHAIN = 32;

/** Resolves the styles of a Word document with their inheritance. */
export class WordStyles {
  readonly #styles = new Map<string, XmlElement>();
  readonly #chains = new Map<string, XmlElement[]>();
  readonly #defaults: XmlElement | undefined;
  readonly #normal: string | undefined;

  constructor(root: XmlElement | undefined) {
    const styles = root ? elementsOf(root, 'w:style') : [];
    for (const style of styles) this.#styles.set(style.attributes['w:styleId'] ?? '', style);
    this.#defaults = childOf(root, 'w:docDefaults', 'w:rPrDefault', 'w:rPr');
    const isNormal = ({ attributes }: XmlElement) =>
      attributes['w:type'] === 'paragraph' && /^(?:1|true|on)$/.test(attributes['w:default'] ?? '');
    this.#normal = styles.find(isNormal)?.attributes['w:styleId'];
  }

  /** Returns a paragraph's style, or the default one if it has none. */
  styleOf(properties: XmlElement | undefined): string | undefined {
    return valueAt(properties, 'w:pStyle') ?? this.#normal;
  }

  /** Returns a style and the styles that it is based on, nearest first. */
  chain(id: string | undefined): XmlElement[] {
    if (id === undefined) return [];
    const known = this.#chains.get(id);
    if (known) return known;
    const chain: XmlElement[] = [];
    for (let next: string | undefined = id; next !== undefined && chain.length < MAX_CHAIN;) {
      const style = this.#styles.get(next);
      if (!style || chain.includes(style)) break;
      chain.push(style);
      next = valueAt(style, 'w:basedOn');
    }
    this.#chains.set(id, chain);
    return chain;
  }

  /** Returns true if text with these properties is hidden in a paragraph of this style. */
  isHidden(properties: XmlElement | undefined, paragraphStyle: string | undefined): boolean {
    return (
      this.#levels(properties, paragraphStyle)
        .map((level) => switchAt(level, 'w:vanish'))
        .find((value) => value !== undefined) ?? false
    );
  }

  /** Returns the font of text with these properties. */
  fontOf(properties: XmlElement | undefined, paragraphStyle: string | undefined): string | undefined {
    return this.#levels(properties, paragraphStyle)
      .map((level) => childOf(level, 'w:rFonts')?.attributes)
      .map((fonts) => fonts?.['w:ascii'] ?? fonts?.['w:hAnsi'])
      .find((font) => font !== undefined);
  }

  /** Returns text properties by precedence: direct, character style, paragraph style, document defaults. */
  #levels(properties: XmlElement | undefined, paragraphStyle: string | undefined): (XmlElement | undefined)[] {
    const styles = [...this.chain(valueAt(properties, 'w:rStyle')), ...this.chain(paragraphStyle)];
    return [properties, ...styles.map((style) => childOf(style, 'w:rPr')), this.#defaults];
  }
}
