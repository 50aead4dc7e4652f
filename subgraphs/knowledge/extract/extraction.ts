import type { Chunk, PlacedPage } from '../ingest/chunk.ts';

/** What reading a file gives: its kind, its text page by page, and the passages of it. */
export interface Extraction {
  kind: DocumentKind;
  pages: PlacedPage[];
  chunks: Chunk[];
}

export type DocumentKind = 'pdf' | 'docx' | 'html' | 'markdown' | 'csv' | 'text';

/** `number` is null where the kind of file has no pages. Headings, lists and tables are written as in Markdown. */
export interface ExtractedPage {
  number: number | null;
  text: string;
}

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
