import { Failure } from '../../../../../schema/errors.ts';
import type { ExtractedPage, Reading } from '../extraction.ts';
import { joinCutWords } from '../hyphens.ts';
import type { Warn } from '../warnings.ts';
import { notesOf, type PageNotes } from './annotations.ts';
import { decodedOf } from './characters.ts';
import { openPdf, type Pdf, type PdfPage } from './open.ts';
import { layoutOf, type PlacedPage } from './page-layout.ts';
import type { Piece } from './piece.ts';
import { showsPictures } from './pictures.ts';
import { readPictures } from './read-pictures.ts';

const MAX_PAGES = 5_000;
/** The maximum number of letters that a scanner or an archive stamps onto a scanned page. */
const MAX_STAMP = 40;

type ReadPage = PlacedPage & Pick<PageNotes, 'comments'>;

/**
 * Reads the text of each page with form values and annotations. An unreadable page is skipped with a warning. Scanned
 * pages are recognised if OCR is available. Throws `DOCUMENT_NO_TEXT` if there is no text.
 */
export async function readPdf(bytes: Uint8Array, warn: Warn, { mayReadPictures }: Reading): Promise<ExtractedPage[]> {
  const pdf = await openPdf(bytes);
  if (pdf.numPages > MAX_PAGES)
    throw new Failure('DOCUMENT_TOO_COMPLEX', { reason: `The file has ${pdf.numPages} pages; ${MAX_PAGES} are read at most. Split it.` });
  const read = await readPages(pdf, warn);
  const { pieces, undecodable } = decodedOf(read.map((page) => page?.pieces ?? []));
  const texts = layoutOf(pieces.map((page, index) => ({ pieces: page, box: read[index]?.box ?? [0, 0, 1, 1] })));
  const pages: NumberedPage[] = texts.map((text, index) => ({
    number: index + 1,
    text: [text, ...(read[index]?.comments ?? [])].filter(Boolean).join('\n\n'),
  }));
  const isReadable = ({ number }: { number: number }) => Boolean(read[number - 1]) && !undecodable.includes(number - 1);
  await addPictures(pdf, pages.filter(isReadable), warn, mayReadPictures);
  const hasText = pages.some(({ text }) => /[\p{L}\p{N}]/u.test(text));
  if (!hasText && undecodable.length > 0) {
    throw new Failure('DOCUMENT_NO_TEXT', {
      reason:
        'The text of the file cannot be decoded: its fonts do not say which characters they draw. Save it again with another program.',
    });
  }
  if (!hasText) throw new Failure('DOCUMENT_NO_TEXT');
  for (const index of undecodable) warn('UNDECODABLE', index + 1);
  await warnOfAttachments(pdf, warn);
  return joinCutWords(pages);
}

interface NumberedPage extends ExtractedPage {
  number: number;
}

/** Adds recognised text to pages with little or no text, or warns that they are images. */
async function addPictures(pdf: Pdf, pages: NumberedPage[], warn: Warn, mayReadPictures: Reading['mayReadPictures']): Promise<void> {
  const sparse = pages.filter(({ text }) => text.replace(/[^\p{L}\p{N}]/gu, '').length <= MAX_STAMP);
  const pictured = await showsPictures(
    pdf,
    sparse.map(({ number }) => number),
  );
  if (pictured.length === 0) return;
  if (!(await mayReadPictures())) {
    for (const number of pictured) if (pages.find((page) => page.number === number)?.text === '') warn('NO_TEXT', number);
    return;
  }
  const texts = await readPictures(pdf, pictured, warn);
  for (const page of sparse) {
    const recognized = texts.get(page.number);
    if (!recognized) continue;
    page.text = [recognized, page.text].filter(Boolean).join('\n\n');
    // Said wherever the page is cited, since some letters may be wrong.
    page.label = `Page ${page.number}, read from a picture`;
  }
}

/** Reads the pages; null for one that cannot be read. */
async function readPages(pdf: Pdf, warn: Warn): Promise<(ReadPage | null)[]> {
  const pages: (ReadPage | null)[] = [];
  let cause: unknown;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    try {
      pages.push(await readPage(await pdf.getPage(number)));
    } catch (error) {
      if (error instanceof RangeError) throw error;
      cause = error;
      pages.push(null);
      warn('UNREADABLE', number);
    }
  }
  if (pages.every((page) => page === null)) throw new Failure('DOCUMENT_BROKEN', {}, { cause });
  return pages;
}

async function readPage(page: PdfPage): Promise<ReadPage> {
  const { items, styles } = await page.getTextContent();
  const text = items.filter((item) => 'str' in item).flatMap((item) => toPiece(item, Boolean(styles[item.fontName]?.vertical)));
  const notes = await notesOf(page, text).catch((): PageNotes => ({ pieces: [], comments: [] }));
  const [left = 0, bottom = 0, right = 1, top = 1] = page.view;
  page.cleanup();
  return { pieces: [...text, ...notes.pieces], comments: notes.comments, box: [left, bottom, right, top] };
}

interface TextItem {
  str: string;
  transform: number[];
  width: number;
  height: number;
  fontName: string;
}

function toPiece({ str, transform, width, height, fontName }: TextItem, vertical: boolean): Piece[] {
  const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0] = transform;
  if (str.trim() === '' || ![a, b, c, d, x, y, width, height].every(Number.isFinite)) return [];
  const size = Math.hypot(c, d) || Math.hypot(a, b) || height || 1;
  const angle = (Math.atan2(b, a) * 180) / Math.PI - (vertical ? 90 : 0);
  return [{ text: str, x, y, width: Math.abs(vertical ? height : width), size, angle, font: fontName }];
}

/** Warns about attachments, which are not read. */
async function warnOfAttachments(pdf: Pdf, warn: Warn): Promise<void> {
  const attachments = (await pdf.getAttachments().catch(() => null)) as Record<string, { filename?: string }> | null;
  for (const [key, { filename }] of Object.entries(attachments ?? {}).slice(0, 100)) warn('LEFT_OUT', `the attachment ${filename || key}`);
}
