import mammoth from 'mammoth';
import { Failure } from '../../../../schema/errors.ts';
import { readArchive } from './archive.ts';
import type { ExtractedPage, Reading } from './extraction.ts';
import { htmlText } from './html.ts';
import type { Warn } from './warnings.ts';
import { readChunks } from './word/chunks.ts';
import { Numbering } from './word/numbering.ts';
import { CHUNK_MARKS, NUMBER_MARKS, PlainWord } from './word/plain-word.ts';
import { WordStyles } from './word/word-styles.ts';
import { readWordPart, writeXml } from './word/word-tree.ts';
import { elementsOf, type XmlElement } from './xml.ts';

const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => h2:fresh",
  // Mammoth leaves comments out unless a style asks for them.
  'comment-reference => sup',
];

/** The parts with text; the main part is named differently by some programs. */
const TEXT_PART = /^word\/(?:document\d*|footnotes|endnotes|comments)\.xml$/;
const MAIN_PART = /^word\/document\d*\.xml$/;
/** The link from a note or a comment back to its reference. */
const BACK_LINK = /\s*<a href="#[^"]{0,200}-ref-[^"]{0,200}">↑<\/a>/g;
const NUMBER = new RegExp(`${NUMBER_MARKS[0]}([^${NUMBER_MARKS[1]}\\n]*)${NUMBER_MARKS[1]}[ \\t]*`, 'g');
const CHUNK = new RegExp(`^(.*)${CHUNK_MARKS[0]}(\\d+)${CHUNK_MARKS[1]}`, 'gm');

/** The archive interface that mammoth accepts, so that it does not unpack the file itself. */
interface MammothFile {
  exists(name: string): boolean;
  read(name: string, encoding?: string): Promise<Uint8Array | string>;
}

export async function readDocx(bytes: Uint8Array, warn: Warn, reading: Reading): Promise<ExtractedPage[]> {
  const parts = await readArchive(bytes, (name) => /\.(xml|rels)$/.test(name));
  for (const part of parts.values()) {
    // Word never writes a document type; a file that has one may contain an entity bomb or read local files.
    if (part.subarray(0, 4096).includes('<!DOCTYPE'))
      throw new Failure('DOCUMENT_BROKEN', { reason: 'The file declares its own document type, which Word never does.' });
  }
  const { main, chunks } = simplify(parts, warn);
  const text = htmlText((await toHtml(parts)).replace(BACK_LINK, '')).replace(NUMBER, (_, number: string) => number && `${number} `);
  return [{ number: null, text: withChunks(text, await readChunks(bytes, main, chunks, reading)) }];
}

/** Rewrites the parts with text into the subset of WordprocessingML that mammoth supports. */
function simplify(parts: Map<string, Buffer>, warn: Warn): { main: string; chunks: string[] } {
  const styles = new WordStyles(rootOf(parts.get('word/styles.xml')));
  const numbers = rootOf(parts.get('word/numbering.xml'));
  const found = { main: 'word/document.xml', chunks: [] as string[] };
  for (const [name, part] of parts) {
    if (!TEXT_PART.test(name)) continue;
    const { root, isBroken, isCut } = readWordPart(part);
    const [content] = elementsOf(root);
    if (!content) throw new Failure('DOCUMENT_BROKEN');
    if (isCut) warn('CUT', 'the text');
    else if (isBroken) warn('UNREADABLE', 'a part of the text');
    // Paragraph numbering is separate in each part.
    const plain = new PlainWord(styles, new Numbering(numbers, styles));
    parts.set(name, Buffer.from(writeXml(plain.simplify(content))));
    if (MAIN_PART.test(name) && plain.chunks.length > 0) Object.assign(found, { main: name, chunks: plain.chunks });
  }
  return found;
}

function rootOf(part: Buffer | undefined): XmlElement | undefined {
  return part && elementsOf(readWordPart(part).root)[0];
}

/** Inserts the text of each embedded file at its position; within a table or a list as one line. */
function withChunks(text: string, chunks: string[]): string {
  return text.replace(CHUNK, (_, before: string, index: string) => {
    const chunk = chunks[Number(index)] ?? '';
    return before + (before === '' ? chunk : chunk.replace(/\s+/g, ' ').replaceAll('|', '\\|'));
  });
}

async function toHtml(parts: Map<string, Buffer>): Promise<string> {
  const file: MammothFile = {
    exists: (name) => parts.has(name),
    async read(name, encoding) {
      const part = parts.get(name) ?? Buffer.alloc(0);
      return encoding ? part.toString(encoding as BufferEncoding) : part;
    },
  };
  try {
    const result = await mammoth.convertToHtml({ file } as never, { styleMap: STYLES, externalFileAccess: false, convertImage: noImage });
    return result.value;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Failure('DOCUMENT_BROKEN', {}, { cause: error });
  }
}

const noImage = mammoth.images.imgElement(async () => ({ src: '' }));
