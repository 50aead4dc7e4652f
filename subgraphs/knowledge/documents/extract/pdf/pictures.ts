import type { Pdf } from './open.ts';

/** Looking for pictures decodes them: beyond these bounds, pages without text are taken for what those before were. */
const MAX_LOOKED_AT = 12;
const MAX_MS = 4_000;
/** Names of pdf.js for drawing a picture: paintImageXObject, paintInlineImageXObject, paintImageMaskXObject and their repeats. */
const PAINTS_PICTURE = new Set([82, 83, 84, 85, 86, 87, 88, 89, 90]);

const TRANSFORM = 12;
/** Names of pdf.js for drawing anything else: showText and its kin, paths and shadings. */
const PAINTS_OTHER = new Set([20, 21, 22, 23, 24, 25, 26, 27, 44, 45, 46, 47, 62, 91, 94]);

/** Which of these pages hold pictures; the others are blank. */
export async function showsPictures(pdf: Pdf, numbers: number[]): Promise<number[]> {
  const until = performance.now() + MAX_MS;
  const found: number[] = [];
  for (const [index, number] of numbers.entries()) {
    if (index >= MAX_LOOKED_AT || performance.now() > until) return found.length > 0 ? [...found, ...numbers.slice(index)] : found;
    const page = await pdf.getPage(number);
    const { fnArray } = await page.getOperatorList().catch(() => ({ fnArray: [] as number[] }));
    if (fnArray.some((name) => PAINTS_PICTURE.has(name)) || hasLostPicture(fnArray)) found.push(number);
    page.cleanup();
  }
  return found;
}

/** A page that makes ready for a picture and draws nothing: pdf.js leaves out pictures that are too large or damaged. */
function hasLostPicture(fnArray: number[]): boolean {
  return fnArray.includes(TRANSFORM) && !fnArray.some((name) => PAINTS_OTHER.has(name));
}
