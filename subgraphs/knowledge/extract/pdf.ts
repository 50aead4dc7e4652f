import { getDocumentProxy } from 'unpdf';
import { Failure } from '../../../schema/errors.ts';
import type { ExtractedPage } from './extraction.ts';
import { joinCutWords } from './hyphens.ts';
import { layoutOf, type PlacedText } from './layout.ts';

const MAX_PAGES = 5_000;

/** The text layer of each page. Throws `DOCUMENT_NO_TEXT` where there is none: a scan is pictures of pages. */
export async function readPdf(bytes: Uint8Array): Promise<ExtractedPage[]> {
  const pdf = await open(bytes);
  if (pdf.numPages > MAX_PAGES)
    throw new Failure('DOCUMENT_TOO_COMPLEX', { reason: `The file has ${pdf.numPages} pages; ${MAX_PAGES} are read at most. Split it.` });
  const pages: ExtractedPage[] = [];
  for (let number = 1; number <= pdf.numPages; number += 1) pages.push({ number, text: await readPage(pdf, number) });
  if (!pages.some((page) => /[\p{L}\p{N}]/u.test(page.text))) throw new Failure('DOCUMENT_NO_TEXT');
  return joinCutWords(pages);
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

async function open(bytes: Uint8Array): Promise<Pdf> {
  try {
    // Quiet: what pdf.js finds odd in a file is no concern of our log.
    return await getDocumentProxy(bytes, { verbosity: 0 });
  } catch (error) {
    const encrypted = (error as Error).name === 'PasswordException';
    throw new Failure(encrypted ? 'DOCUMENT_ENCRYPTED' : 'DOCUMENT_BROKEN', {}, { cause: error });
  }
}

async function readPage(pdf: Pdf, number: number): Promise<string> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return layoutOf(items.filter((item) => 'str' in item).map(toPlaced));
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Failure('DOCUMENT_BROKEN', { reason: `Page ${number} of the file is damaged and cannot be read.` }, { cause: error });
  }
}

function toPlaced(item: { str: string; transform: number[]; width: number }): PlacedText {
  const [a = 0, b = 0, , , x = 0, y = 0] = item.transform;
  return { text: item.str, x, y, width: item.width, size: Math.hypot(a, b) };
}
