import type { Chunk, PlacedPage } from '../ingest/chunk.ts';
import type { ReadingWarning, Warn } from './warnings.ts';

/** The result of an extraction: the format, the text page by page, its passages, and the parts that are missing. */
export interface Extraction {
  kind: DocumentKind;
  pages: PlacedPage[];
  chunks: Chunk[];
  warnings: ReadingWarning[];
}

export type DocumentKind =
  | 'pdf'
  | 'docx'
  | 'xlsx'
  | 'pptx'
  | 'odt'
  | 'ods'
  | 'odp'
  | 'epub'
  | 'rtf'
  | 'eml'
  | 'msg'
  | 'mht'
  | 'html'
  | 'markdown'
  | 'csv'
  | 'ipynb'
  | 'json'
  | 'jsonl'
  | 'xml'
  | 'code'
  | 'text';

/**
 * A page of text. `number` is null if the format has no pages. `label` is the display name if it is more than a page
 * number: `Slide 4`, `Sheet “Prices”`. Headings, lists and tables are marked as in Markdown.
 */
export interface ExtractedPage {
  number: number | null;
  label?: string;
  text: string;
}

/** The arguments of a reader besides the bytes. */
export interface Reading {
  warn: Warn;
  declared: Declared;
  /** Waits for the OCR queue, which may take minutes; false if OCR is not available. */
  mayReadPictures(): Promise<boolean>;
  /** Reads an embedded file, such as an attachment, one level deeper. */
  readInside(bytes: Uint8Array, declared: Declared, warn: Warn): Promise<ExtractedPage[]>;
}

/** Reads one file format. Warns about unreadable parts, and throws only if all are. */
export type Reader = (bytes: Uint8Array, warn: Warn, reading: Reading) => Promise<ExtractedPage[]>;

/** The file name and media type that the client announced. */
export interface Declared {
  name: string;
  mediaType: string;
}

/** The media type under which a file of a kind is downloaded. */
export const MEDIA_TYPES: Record<DocumentKind, string> = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  odp: 'application/vnd.oasis.opendocument.presentation',
  epub: 'application/epub+zip',
  rtf: 'application/rtf',
  eml: 'message/rfc822',
  msg: 'application/vnd.ms-outlook',
  mht: 'multipart/related',
  html: 'text/html',
  markdown: 'text/markdown',
  csv: 'text/csv',
  ipynb: 'application/x-ipynb+json',
  json: 'application/json',
  jsonl: 'application/jsonl',
  xml: 'application/xml',
  code: 'text/x-source',
  text: 'text/plain',
};

export type PageKind = 'PAGE' | 'SLIDE' | 'SHEET' | 'CHAPTER' | 'PART';

/** The kind of numbered parts of a format, if they are not pages. */
const PAGE_KINDS: Partial<Record<DocumentKind, PageKind>> = {
  pptx: 'SLIDE',
  odp: 'SLIDE',
  xlsx: 'SHEET',
  ods: 'SHEET',
  epub: 'CHAPTER',
  eml: 'PART',
  msg: 'PART',
};

export function pageKindOf(mediaType: string): PageKind {
  const kind = (Object.keys(PAGE_KINDS) as DocumentKind[]).find((one) => MEDIA_TYPES[one] === mediaType);
  return (kind && PAGE_KINDS[kind]) ?? 'PAGE';
}
