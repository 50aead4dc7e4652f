import { Failure } from '../../../../schema/errors.ts';
import { chunkPages, placePages } from '../ingest/chunk.ts';
import { detectKind } from './detect.ts';
import {
  pageKindOf,
  MEDIA_TYPES,
  type Declared,
  type DocumentKind,
  type ExtractedPage,
  type Extraction,
  type Reader,
  type Reading,
} from './extraction.ts';
import { visibleText } from './visible.ts';
import { WarningList, type Warn } from './warnings.ts';

const MAX_CHARACTERS = 20_000_000;
/** The maximum depth of embedded files, such as a message in a message in a message. */
const MAX_DEPTH = 3;

/** Readers are large, so each is imported for the first file of its kind. */
const READERS: Record<DocumentKind, () => Promise<Reader>> = {
  pdf: async () => (await import('./pdf/read-pdf.ts')).readPdf,
  docx: async () => (await import('./docx.ts')).readDocx,
  xlsx: async () => (await import('./office/xlsx.ts')).readXlsx,
  pptx: async () => (await import('./office/pptx.ts')).readPptx,
  odt: async () => (await import('./office/odf.ts')).readOdt,
  ods: async () => (await import('./office/odf.ts')).readOds,
  odp: async () => (await import('./office/odf.ts')).readOdp,
  epub: async () => (await import('./office/epub.ts')).readEpub,
  rtf: async () => (await import('./office/rtf.ts')).readRtf,
  eml: async () => (await import('./mail/eml.ts')).readEml,
  msg: async () => (await import('./mail/msg.ts')).readMsg,
  mht: async () => (await import('./mail/eml.ts')).readMht,
  html: async () => (await import('./html.ts')).readHtml,
  markdown: async () => (await import('./markdown.ts')).readMarkdown,
  csv: async () => (await import('./csv.ts')).readCsv,
  ipynb: async () => (await import('./data/ipynb.ts')).readIpynb,
  json: async () => (await import('./data/json.ts')).readJson,
  jsonl: async () => (await import('./data/json.ts')).readJsonLines,
  xml: async () => (await import('./data/xml-records.ts')).readXmlRecords,
  code: async () => (await import('./data/code.ts')).readCode,
  text: async () => (await import('./text.ts')).readText,
};

/**
 * Reads a file of any supported kind and cuts it into passages. Throws `Failure('DOCUMENT_…')` for any file that cannot
 * be read.
 */
export async function readDocument(bytes: Uint8Array, declared: Declared, mayReadPictures = async () => false): Promise<Extraction> {
  if (bytes.length === 0) throw new Failure('DOCUMENT_EMPTY');
  const warnings = new WarningList();
  const { kind, pages: read } = await readKind(bytes, declared, { warn: warnings.warn, mayReadPictures }, 0);
  const pages = read.map((page) => ({ ...page, text: visibleText(page.text) }));
  const length = pages.reduce((sum, page) => sum + page.text.length, 0);
  if (length > MAX_CHARACTERS)
    throw new Failure('DOCUMENT_TOO_COMPLEX', { reason: 'The file has more than 20 million characters. Split it.' });
  if (!pages.some((page) => /[\p{L}\p{N}]/u.test(page.text))) throw new Failure('DOCUMENT_EMPTY', { reason: 'The file has no text.' });
  const placed = placePages(pages);
  return { kind, pages: placed, chunks: chunkPages(placed), warnings: warnings.toArray(pageKindOf(MEDIA_TYPES[kind]).toLowerCase()) };
}

/** Reads a file and, recursively, embedded files such as attachments. */
async function readKind(
  bytes: Uint8Array,
  declared: Declared,
  { warn, mayReadPictures }: Pick<Reading, 'warn' | 'mayReadPictures'>,
  depth: number,
): Promise<{ kind: DocumentKind; pages: ExtractedPage[] }> {
  const kind = await detectKind(bytes, declared);
  const read = await READERS[kind]();
  const readInside = async (inner: Uint8Array, innerDeclared: Declared, innerWarn: Warn) => {
    if (depth >= MAX_DEPTH) throw new Failure('DOCUMENT_TOO_COMPLEX');
    return (await readKind(inner, innerDeclared, { warn: innerWarn, mayReadPictures }, depth + 1)).pages;
  };
  return { kind, pages: await read(bytes, warn, { warn, declared, mayReadPictures, readInside }) };
}
