import type { Chunk, PlacedPage } from '../ingest/chunk.ts';
import type { ReadingWarning, Warn } from './warnings.ts';

/** What reading a file gives: its kind, its text page by page, the passages of it, and which parts of it are missing. */
export interface Extraction {
  kind: DocumentKind;
  pages: PlacedPage[];
  chunks: Chunk[];
  warnings: ReadingWarning[];
}

export type DocumentKind = 'pdf' | 'docx' | 'html' | 'markdown' | 'csv' | 'text';

/** `number` is null where the kind of file has no pages. Headings, lists and tables are written as in Markdown. */
export interface ExtractedPage {
  number: number | null;
  text: string;
}

/** Reads the bytes of one kind of file. Warns about parts that it cannot read, and throws only when none can be. */
export type Reader = (bytes: Uint8Array, warn: Warn) => Promise<ExtractedPage[]>;

/** What the person said the file is. */
export interface Declared {
  name: string;
  mediaType: string;
}

/** The media type as which a file of a kind is given back. */
export const MEDIA_TYPES: Record<DocumentKind, string> = {
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  html: 'text/html',
  markdown: 'text/markdown',
  csv: 'text/csv',
  text: 'text/plain',
};
