import { posix } from 'node:path';
import { Failure } from '../../../../../schema/errors.ts';
import { readArchive } from '../archive.ts';
import type { ExtractedPage } from '../extraction.ts';
import { htmlText } from '../html.ts';
import { requireText } from '../text.ts';
import type { Warn } from '../warnings.ts';
import { childOf, descendantsOf, elementsOf, readXml, textOf, type XmlElement } from '../xml.ts';

const MAX_CHAPTERS = 5_000;
/** Obfuscated fonts occur in books without DRM, so they do not count as encryption. */
const FONT = /\.(otf|ttf|woff2?)$/i;

interface Book {
  parts: Map<string, Buffer>;
  folder: string;
  opf: XmlElement;
  /** The parts of the manifest, by id. */
  manifest: Map<string, { name: string; properties: string; type: string }>;
}

/** Reads the chapters in spine order, with the titles of the table of contents. */
export async function readEpub(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const parts = await readArchive(bytes, (name) => /\.(x?html?|xml|opf|ncx)$/i.test(name));
  refuseProtected(parts);
  const book = openBook(parts);
  const titles = titlesOf(book);
  const pages: ExtractedPage[] = [];
  for (const { attributes } of elementsOf(childOf(book.opf, 'spine') ?? book.opf, 'itemref').slice(0, MAX_CHAPTERS)) {
    const item = book.manifest.get(attributes['idref'] ?? '');
    // A table of contents in the spine would be found by a search instead of the chapters.
    if (!item || /\bnav\b/.test(item.properties) || /^image\//.test(item.type)) continue;
    const title = titles.get(item.name);
    const text = chapterText(parts.get(item.name), title, warn);
    if (text === null) warn('UNREADABLE', title ? `chapter “${title}”` : item.name);
    if (!text) continue;
    const number = pages.length + 1;
    pages.push({ number, label: title ? `Chapter “${title}”` : `Chapter ${number}`, text });
  }
  return pages;
}

function chapterText(part: Buffer | undefined, title: string | undefined, warn: Warn): string | null {
  if (!part) return null;
  // The `title` of the head is nearly always the book's title.
  const text = htmlText(requireText(part, warn, encodingOf(part)).replace(/<title\b[\s\S]*?(<\/title>|\/>)/i, ''));
  return title && text && !/^#{1,6} /m.test(text.slice(0, 1_000)) ? `# ${title}\n\n${text}` : text;
}

function encodingOf(part: Buffer): string | undefined {
  return /^[^>]{0,100}encoding=["']([\w.-]+)["']/.exec(part.subarray(0, 200).toString('latin1'))?.[1];
}

function refuseProtected(parts: Map<string, Buffer>): void {
  const encryption = parts.get('META-INF/encryption.xml');
  const locked = encryption ? descendantsOf(readXml(encryption).root, 'CipherReference') : [];
  if (locked.some(({ attributes }) => !FONT.test(attributes['URI'] ?? '')))
    throw new Failure('DOCUMENT_ENCRYPTED', { reason: 'The book is protected against copying (DRM), so its text cannot be read.' });
}

function openBook(parts: Map<string, Buffer>): Book {
  const container = parts.get('META-INF/container.xml');
  const path = container && descendantsOf(readXml(container).root, 'rootfile')[0]?.attributes['full-path'];
  const name = path ?? [...parts.keys()].find((part) => part.endsWith('.opf')) ?? '';
  const part = parts.get(name);
  const opf = part && elementsOf(readXml(part).root)[0];
  if (!opf) throw new Failure('DOCUMENT_BROKEN', { reason: 'The book has no list of chapters.' });
  const folder = posix.dirname(name);
  const items = elementsOf(childOf(opf, 'manifest') ?? opf, 'item');
  const manifest = new Map(
    items.map(({ attributes }) => [
      attributes['id'] ?? '',
      {
        name: resolved(folder, attributes['href'] ?? ''),
        properties: attributes['properties'] ?? '',
        type: attributes['media-type'] ?? '',
      },
    ]),
  );
  return { parts, folder, opf, manifest };
}

/** Maps parts to titles from the navigation document (EPUB 3) or the NCX (EPUB 2); the first title of a part is used. */
function titlesOf({ parts, opf, manifest }: Book): Map<string, string> {
  const titles = new Map<string, string>();
  const note = (from: string, href: string | undefined, title: string) => {
    const name = resolved(posix.dirname(from), href ?? '');
    const words = title.replace(/\s+/g, ' ').trim().slice(0, 200);
    if (words && !titles.has(name)) titles.set(name, words);
  };
  const nav = [...manifest.values()].find(({ properties }) => /\bnav\b/.test(properties));
  const navPart = nav && parts.get(nav.name);
  if (nav && navPart) for (const link of descendantsOf(readXml(navPart).root, 'a')) note(nav.name, link.attributes['href'], textOf(link));
  const ncx =
    manifest.get(childOf(opf, 'spine')?.attributes['toc'] ?? '') ??
    [...manifest.values()].find(({ type }) => type === 'application/x-dtbncx+xml');
  const ncxPart = ncx && parts.get(ncx.name);
  if (ncx && ncxPart) notePoints(readXml(ncxPart).root, (href, title) => note(ncx.name, href, title));
  return titles;
}

function notePoints(element: XmlElement, note: (href: string | undefined, title: string) => void): void {
  for (const child of elementsOf(element)) {
    const label = child.name === 'navPoint' && childOf(child, 'navLabel', 'text');
    if (label) note(childOf(child, 'content')?.attributes['src'], textOf(label));
    notePoints(child, note);
  }
}

function resolved(folder: string, href: string): string {
  const path = href.split('#')[0]!;
  try {
    return posix.join(folder, decodeURIComponent(path));
  } catch {
    return posix.join(folder, path);
  }
}
