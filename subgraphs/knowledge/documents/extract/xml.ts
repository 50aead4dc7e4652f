import { Parser } from 'htmlparser2';
import { Failure } from '../../../../schema/errors.ts';

/** An element by its local name, because prefixes are arbitrary. Attributes have both names. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: (XmlElement | string)[];
}

export interface XmlTree {
  root: XmlElement;
  /** True if the XML ends prematurely. */
  isBroken: boolean;
  /** True if elements beyond the limit were left out. */
  isCut: boolean;
}

const MAX_DEPTH = 256;
const MAX_ELEMENTS = 1_000_000;
const SLICE = 65_536;

export interface XmlEvents {
  open(name: string, attributes: Record<string, string>): void;
  text(text: string): void;
  close(name: string): void;
  /** Called after each slice; true ends the parse. */
  isDone?(): boolean;
}

/** Maps names for the tree. */
export interface XmlNames {
  element(name: string): string;
  attributes(attributes: Record<string, string>): Record<string, string>;
}

const LOCAL_NAMES: XmlNames = { element: localName, attributes: withLocalNames };

/**
 * Parses XML in slices and calls `events`. Returns false if it ends prematurely. Only the five predefined entities are
 * expanded, so a document type can neither cause an entity bomb nor read local files.
 */
export function scanXml(bytes: Uint8Array, events: XmlEvents, names = LOCAL_NAMES): boolean {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        depth += 1;
        if (depth > MAX_DEPTH) throw new Failure('DOCUMENT_TOO_COMPLEX', { reason: 'The elements of the file are nested too deeply.' });
        events.open(names.element(name), names.attributes(attributes));
      },
      ontext: (text) => events.text(text),
      onclosetag(name) {
        depth -= 1;
        events.close(names.element(name));
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  const text = decodeXml(bytes);
  for (let from = 0; from < text.length && !events.isDone?.(); from += SLICE) parser.write(text.slice(from, from + SLICE));
  if (events.isDone?.()) return true;
  const isWhole = depth === 0;
  parser.end();
  return isWhole;
}

export function readXml(bytes: Uint8Array, names = LOCAL_NAMES): XmlTree {
  const root: XmlElement = { name: '', attributes: {}, children: [] };
  const open = [root];
  let count = 0;
  const events: XmlEvents = {
    open(name, attributes) {
      const element = { name, attributes, children: [] };
      open.at(-1)!.children.push(element);
      open.push(element);
      count += 1;
    },
    text(text) {
      open.at(-1)!.children.push(text);
    },
    close: () => void open.pop(),
    isDone: () => count > MAX_ELEMENTS,
  };
  const wellFormed = scanXml(bytes, events, names);
  return { root, isBroken: !wellFormed || !elementsOf(root).length, isCut: count > MAX_ELEMENTS };
}

/** Rejects a document type in formats that never have one, because it can declare malicious entities. */
export function refuseDoctype(bytes: Uint8Array): void {
  if (Buffer.from(bytes.subarray(0, 4096)).includes('<!DOCTYPE'))
    throw new Failure('DOCUMENT_BROKEN', { reason: 'The file declares its own document type, which no office program does.' });
}

export function elementsOf(element: XmlElement, name?: string): XmlElement[] {
  return element.children.filter((child): child is XmlElement => typeof child !== 'string' && (name === undefined || child.name === name));
}

export function childOf(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((found, name) => found && elementsOf(found, name)[0], element);
}

/** Returns all descendants of a name in document order, without those nested in one another. */
export function descendantsOf(element: XmlElement, name: string): XmlElement[] {
  return elementsOf(element).flatMap((child) => (child.name === name ? [child] : descendantsOf(child, name)));
}

export function textOf(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

export function decodeXml(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const label = /^[^>]{0,100}encoding=["']([\w.-]+)["']/.exec(Buffer.from(bytes.subarray(0, 200)).toString('latin1'))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Adds attributes under their local names; an unprefixed attribute has precedence. */
function withLocalNames(attributes: Record<string, string>): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [localName(key), value])), ...attributes };
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
