import type { ExtractedPage, Reader } from '../extraction.ts';
import { htmlText } from '../html.ts';
import { requireText } from '../text.ts';
import { elementsOf, readXml, textOf, type XmlElement } from '../xml.ts';

/** Splits elements with a longer text into their children. */
const MOST = 800;

interface Row {
  path: string;
  text: string;
}

/** Reads XML without markup: each element up to `MOST` characters is a record of names and values, below its path. */
export const readXmlRecords: Reader = async (bytes, warn) => {
  const { root, isBroken, isCut } = readXml(bytes);
  const [top] = elementsOf(root);
  // Reads invalid XML as plain text.
  if (!top || (isBroken && elementsOf(top).length === 0)) return page(requireText(bytes, warn));
  if (top.name.toLowerCase() === 'html') return page(htmlText(requireText(bytes, warn)));
  if (isBroken || isCut) warn('CUT', 'the file');
  return page(written(rowsOf(top, '')));
};

function page(text: string): ExtractedPage[] {
  return [{ number: null, text }];
}

function rowsOf(element: XmlElement, path: string): Row[] {
  const text = within(element, MOST);
  const children = elementsOf(element);
  if (text !== null) return text ? [{ path, text }] : [];
  const below = path ? `${path}.${element.name}` : element.name;
  if (children.length === 0 || isMixed(element)) return [{ path: below, text: oneLine(textOf(element)) }];
  const own = attributesOf(element).join('; ');
  const rows = children.flatMap((child) => {
    const record = named(child, MOST);
    return record === null ? rowsOf(child, below) : record ? [{ path: below, text: record }] : [];
  });
  return own ? [{ path: below, text: own }, ...rows] : rows;
}

/** Returns `name: value` of an element, or null if it is longer than `most`. */
function named(element: XmlElement, most: number): string | null {
  const text = within(element, most);
  return text === null ? null : text ? `${element.name}: ${text}` : '';
}

/** Joins attributes, text and children of an element in one line, or returns null if it is longer than `most`. */
function within(element: XmlElement, most: number): string | null {
  const attributes = attributesOf(element);
  const children = elementsOf(element);
  if (children.length === 0 || isMixed(element)) return bounded([...attributes, oneLine(textOf(element))].filter(Boolean).join(', '), most);
  const parts = [...attributes];
  let left = most - attributes.join('; ').length;
  for (const child of children) {
    const part = left > 0 ? named(child, left) : null;
    if (part === null) return null;
    if (part) parts.push(part);
    left -= part.length;
  }
  return bounded(parts.join('; '), most);
}

/** Returns true for mixed content, which is a paragraph with inline markup and not a record. */
function isMixed(element: XmlElement): boolean {
  return element.children.some((child) => typeof child === 'string' && child.trim() !== '') && elementsOf(element).length > 0;
}

/**
 * Returns attributes without a prefix: the reader adds prefixed ones under their local name, too. Namespace
 * declarations are skipped.
 */
function attributesOf({ attributes }: XmlElement): string[] {
  const own = Object.entries(attributes).filter(([name, value]) => !name.startsWith('xmlns') && !name.includes(':') && value.trim());
  return own.map(([name, value]) => `${name}: ${oneLine(value)}`);
}

function bounded(text: string, most: number): string | null {
  return text.length > most ? null : text;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function written(rows: Row[]): string {
  const lists: { path: string; lines: string[] }[] = [];
  for (const { path, text } of rows) {
    if (lists.at(-1)?.path !== path) lists.push({ path, lines: [] });
    lists.at(-1)!.lines.push(`- ${text}`);
  }
  return lists.map(({ path, lines }) => (path ? `## ${path}\n\n${lines.join('\n')}` : lines.join('\n'))).join('\n\n');
}
