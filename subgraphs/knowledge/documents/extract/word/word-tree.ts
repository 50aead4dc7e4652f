import { childOf, decodeXml, readXml, type XmlElement, type XmlTree } from '../xml.ts';
import { writeEquations } from './equation.ts';

/** The WordprocessingML namespace in its transitional and strict forms. */
const NAMESPACE = 'http://(?:schemas\\.openxmlformats\\.org/wordprocessingml/2006|purl\\.oclc\\.org/ooxml/wordprocessingml)/main';
/** Matches a declaration of it with another prefix, or without one. */
const FOREIGN_PREFIX = new RegExp(`\\sxmlns(?::([\\w.-]{1,40}))?\\s*=\\s*["']${NAMESPACE}["']`);
const WORD_PREFIX = new RegExp(`\\sxmlns:w\\s*=\\s*["']${NAMESPACE}["']`);
const HEAD = 8_192;
/** Noncharacters, which Unicode reserves for internal use of programs, so no document needs them. */
const NONCHARACTERS = /[\ufdd0-\ufdef]/g;

/** Parses a part of a Word document; element names get Word's usual prefix, `w:p`, whichever prefix the file has. */
export function readWordPart(part: Uint8Array): XmlTree {
  const text = decodeXml(part);
  const start = text.slice(0, HEAD);
  const foreign = WORD_PREFIX.test(start) ? null : FOREIGN_PREFIX.exec(start);
  const prefix = foreign ? (foreign[1] ?? '') : 'w';
  const own = (name: string) => {
    const [before, after] = name.includes(':') ? (name.split(':', 2) as [string, string]) : ['', name];
    return before === prefix && before !== 'w' ? `w:${after}` : name;
  };
  const tree = readXml(Buffer.from(writeEquations(text).replace(/^(<\?xml\b[^>]{0,100}?)\sencoding=(?:"[^"]*"|'[^']*')/, '$1')), {
    element: own,
    attributes: (attributes) =>
      prefix === 'w'
        ? attributes
        : Object.fromEntries(Object.entries(attributes).map(([name, value]) => [attributeName(name, own), value])),
  });
  const root = childOf(tree.root, ...rootName(tree));
  if (root && foreign) root.attributes['xmlns:w'] = /["']([^"']*)["']$/.exec(foreign[0])![1]!;
  return tree;
}

/** Unprefixed attributes have no namespace, and namespace declarations keep their names. */
function attributeName(name: string, own: (name: string) => string): string {
  return name.startsWith('xmlns') || !name.includes(':') ? name : own(name);
}

function rootName({ root }: XmlTree): string[] {
  return root.children.flatMap((child) => (typeof child === 'string' ? [] : [child.name])).slice(0, 1);
}

/** Serialises an element to XML. */
export function writeXml(element: XmlElement): string {
  const parts: string[] = [];
  write(element, parts);
  return parts.join('');
}

function write({ name, attributes, children }: XmlElement, parts: string[]): void {
  parts.push('<', name);
  for (const [key, value] of Object.entries(attributes)) parts.push(' ', key, '="', escaped(value).replaceAll('"', '&quot;'), '"');
  parts.push('>');
  for (const child of children) {
    if (typeof child === 'string') parts.push(escaped(child));
    else write(child, parts);
  }
  parts.push('</', name, '>');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function wordElement(name: string, children: (XmlElement | string)[] = [], attributes: Record<string, string> = {}): XmlElement {
  return { name, attributes, children };
}

/** Creates a text run. */
export function addedRun(text: string): XmlElement {
  return wordElement('w:r', [addedText(text)]);
}

export function addedText(text: string): XmlElement {
  return wordElement('w:t', [text], { 'xml:space': 'preserve' });
}

/** Returns the value of a Word property, `<w:name w:val="…"/>`. */
export function valueAt(element: XmlElement | undefined, ...path: string[]): string | undefined {
  return childOf(element, ...path)?.attributes['w:val'];
}

export function numberAt(element: XmlElement | undefined, ...path: string[]): number | undefined {
  const value = valueAt(element, ...path)?.trim() ?? '';
  return /^-?\d{1,6}$/.test(value) ? Number(value) : undefined;
}

/** Returns whether a property is on, or undefined if it is absent; one without a value is on. */
export function switchAt(element: XmlElement | undefined, ...path: string[]): boolean | undefined {
  const found = childOf(element, ...path);
  return found && !/^(?:0|false|off)$/.test(found.attributes['w:val'] ?? 'true');
}

export function withoutMarks(text: string): string {
  return text.replace(NONCHARACTERS, '');
}
