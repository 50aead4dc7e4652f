import { Failure } from '../../../schema/errors.ts';
import { chunkPages, placePages } from '../ingest/chunk.ts';
import { detectKind } from './detect.ts';
import type { Declared, DocumentKind, Extraction, Reader } from './extraction.ts';
import { visibleText } from './visible.ts';
import { WarningList } from './warnings.ts';

const MAX_CHARACTERS = 20_000_000;

/** Each reader is loaded when the first file of its kind comes: none is small. */
const READERS: Record<DocumentKind, () => Promise<Reader>> = {
  pdf: async () => (await import('./pdf/read-pdf.ts')).readPdf,
  docx: async () => (await import('./docx.ts')).readDocx,
  html: async () => (await import('./html.ts')).readHtml,
  markdown: async () => (await import('./markdown.ts')).readMarkdown,
  csv: async () => (await import('./csv.ts')).readCsv,
  text: async () => (await import('./text.ts')).readText,
};

/** Reads a file of any supported kind and cuts it into passages. Every way in which a file can be unreadable is a `Failure('DOCUMENT_…')`. */
export async function readDocument(bytes: Uint8Array, declared: Declared): Promise<Extraction> {
  if (bytes.length === 0) throw new Failure('DOCUMENT_EMPTY');
  const kind = await detectKind(bytes, declared);
  const read = await READERS[kind]();
  const warnings = new WarningList();
  const pages = (await read(bytes, warnings.warn)).map(({ number, text }) => ({ number, text: visibleText(text) }));
  const length = pages.reduce((sum, page) => sum + page.text.length, 0);
  if (length > MAX_CHARACTERS)
    throw new Failure('DOCUMENT_TOO_COMPLEX', { reason: 'The file holds more than 20 million characters. Split it.' });
  if (!pages.some((page) => /[\p{L}\p{N}]/u.test(page.text))) throw new Failure('DOCUMENT_EMPTY', { reason: 'The file holds no text.' });
  const placed = placePages(pages);
  return { kind, pages: placed, chunks: chunkPages(placed), warnings: warnings.toArray() };
}
