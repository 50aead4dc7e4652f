import { Failure } from '../../../../../schema/errors.ts';
import { readArchive } from '../archive.ts';
import type { Reading } from '../extraction.ts';
import { OfficePackage } from '../office/package.ts';
import type { Warn } from '../warnings.ts';
import { elementsOf } from '../xml.ts';

const MAX_CHUNKS = 50;
const MAX_BYTES = 50 * 1024 * 1024;

interface Chunk {
  target: string;
  mediaType: string;
}

/**
 * Reads the files that Word includes when it opens a document (`altChunk`): HTML, plain text, Word documents. An
 * unreadable one is empty and warned about.
 */
export async function readChunks(bytes: Uint8Array, main: string, ids: string[], reading: Reading): Promise<string[]> {
  if (ids.length === 0) return [];
  const chunks = await findChunks(bytes, main, ids);
  const wanted = new Set(chunks.map((chunk) => chunk?.target.toLowerCase()));
  const contents = new Map(
    [...(await readArchive(bytes, (name) => wanted.has(name.replace(/^\//, '').toLowerCase())))].map(([name, content]) => [
      name.replace(/^\//, '').toLowerCase(),
      content,
    ]),
  );
  const texts: string[] = [];
  let total = 0;
  for (const [index, chunk] of chunks.entries()) {
    const content = chunk && contents.get(chunk.target.toLowerCase());
    total += content?.length ?? 0;
    if (index >= MAX_CHUNKS || total > MAX_BYTES) reading.warn('LEFT_OUT', 'the rest of the embedded files');
    else if (!content) reading.warn('UNREADABLE', 'an embedded file');
    texts.push(content && index < MAX_CHUNKS && total <= MAX_BYTES ? await readChunk(content, chunk, reading) : '');
  }
  return texts;
}

async function findChunks(bytes: Uint8Array, main: string, ids: string[]): Promise<(Chunk | undefined)[]> {
  const office = await OfficePackage.open(bytes);
  const relations = office.relations(main);
  const types = office.root('[Content_Types].xml');
  const typed = (element: string, key: string) =>
    new Map((types ? elementsOf(types, element) : []).map(({ attributes }) => [attributes[key]?.toLowerCase(), attributes['ContentType']]));
  const overrides = typed('Override', 'PartName');
  const defaults = typed('Default', 'Extension');
  return ids.map((id) => {
    const target = relations.get(id)?.target;
    if (target === undefined) return undefined;
    const name = target.toLowerCase();
    return { target, mediaType: overrides.get(`/${name}`) ?? defaults.get(name.split('.').at(-1)) ?? '' };
  });
}

async function readChunk(content: Uint8Array, { target, mediaType }: Chunk, { readInside, warn }: Reading): Promise<string> {
  const name = target.split('/').at(-1)!;
  const inner: Warn = (code, part) => warn(code, `${typeof part === 'string' ? `${part} of ` : ''}embedded file “${name}”`);
  // The declared type of an embedded file may be wrong; then the content alone decides.
  for (const declared of [mediaType, '']) {
    try {
      const pages = await readInside(content, { name: '', mediaType: declared }, inner);
      return pages.map(({ text }) => text).join('\n\n');
    } catch (error) {
      if (!(error instanceof Failure || error instanceof RangeError)) throw error;
      if (error instanceof Failure && error.code === 'DOCUMENT_TYPE_MISMATCH' && declared) continue;
      if (!(error instanceof Failure && error.code === 'DOCUMENT_EMPTY')) warn('UNREADABLE', `embedded file “${name}”`);
      break;
    }
  }
  return '';
}
