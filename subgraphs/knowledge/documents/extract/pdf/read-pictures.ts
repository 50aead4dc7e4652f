import { Recogniser } from '../ocr/recogniser.ts';
import type { RecognisedWord } from '../ocr/recognised-words.ts';
import type { Warn } from '../warnings.ts';
import type { Pdf } from './open.ts';
import { layoutOf, type PlacedPage } from './page-layout.ts';
import { pagePicture, type PagePicture } from './page-picture.ts';

const MAX_PAGES = 300;
const MAX_MS = 240_000;

/**
 * Recognises scanned pages and returns their text by page number. Warns for each page that it was recognised, could not
 * be read, or was left out because of a limit.
 */
export async function readPictures(pdf: Pdf, numbers: number[], warn: Warn): Promise<Map<number, string>> {
  const until = performance.now() + MAX_MS;
  const recogniser = new Recogniser();
  const read: { number: number; page: PlacedPage }[] = [];
  try {
    for (const [index, number] of numbers.entries()) {
      if (index >= MAX_PAGES || performance.now() > until) {
        warn('LEFT_OUT', number);
        continue;
      }
      const page = await readPage(pdf, number, recogniser);
      if (page === 'unreadable') warn('UNREADABLE', number);
      else if (page) read.push({ number, page });
    }
  } finally {
    await recogniser.close();
  }
  const texts = layoutOf(read.map(({ page }) => page));
  for (const [index, { number }] of read.entries()) warn(texts[index] ? 'FROM_PICTURE' : 'NO_TEXT', number);
  return new Map(read.map(({ number }, index) => [number, texts[index]!]));
}

/** Returns null if the page has no image large enough for its text. */
async function readPage(pdf: Pdf, number: number, recogniser: Recogniser): Promise<PlacedPage | null | 'unreadable'> {
  try {
    const page = await pdf.getPage(number);
    const found = await pagePicture(page);
    page.cleanup();
    if (!found) return null;
    const words = await recogniser.read(found.picture);
    return words ? placed(words, found) : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function placed(words: RecognisedWord[], { scale, width, height }: PagePicture): PlacedPage {
  const pieces = words.map((word) => ({
    text: word.text,
    x: word.x / scale,
    y: height - word.baseline / scale,
    width: word.width / scale,
    size: word.size / scale,
    angle: 0,
    font: 'picture',
  }));
  return { pieces, box: [0, 0, width, height] };
}
