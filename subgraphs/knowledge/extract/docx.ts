import mammoth from 'mammoth';
import { Failure } from '../../../schema/errors.ts';
import { readArchive } from './archive.ts';
import { writeEquations } from './equation.ts';
import type { ExtractedPage } from './extraction.ts';
import { htmlText } from './html.ts';
import { plainWord } from './word-xml.ts';

const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => h2:fresh",
  // Mammoth leaves comments out unless a style asks for them.
  'comment-reference => sup',
];

/** An archive as mammoth reads it; given one, it does not unpack anything itself. */
interface MammothFile {
  exists(name: string): boolean;
  read(name: string, encoding?: string): Promise<Uint8Array | string>;
}

export async function readDocx(bytes: Uint8Array): Promise<ExtractedPage[]> {
  const parts = await readArchive(bytes, (name) => /\.(xml|rels)$/.test(name));
  for (const part of parts.values()) {
    // Word writes no document type; it is how entities are smuggled in that grow a thousandfold or name local files.
    if (part.subarray(0, 4096).includes('<!DOCTYPE'))
      throw new Failure('DOCUMENT_BROKEN', { reason: 'The file declares its own document type, which Word never does.' });
  }
  const styles = parts.get('word/styles.xml')?.toString('utf8') ?? '';
  for (const [name, part] of parts) {
    if (!/^word\/(?:document|footnotes|endnotes|comments)\.xml$/.test(name)) continue;
    parts.set(name, Buffer.from(plainWord(writeEquations(part.toString('utf8')), styles)));
  }
  return [{ number: null, text: htmlText(await toHtml(parts)) }];
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
