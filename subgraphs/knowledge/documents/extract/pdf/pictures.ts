import type { Pdf } from './open.ts';

/**
 * The search for images decodes them. Beyond these limits, remaining pages without text are assumed to be like the ones
 * before.
 */
const MAX_LOOKED_AT = 12;
const MAX_MS = 4_000;
/**
 * The pdf.js operators that draw images: paintImageXObject, paintInlineImageXObject, paintImageMaskXObject and their
 * repeats.
 */
const PAINTS_PICTURE = new Set([82, 83, 84, 85, 86, 87, 88, 89, 90]);

const TRANSFORM = 12;
/** The pdf.js operators that draw anything else: showText and related ones, paths and shadings. */
const PAINTS_OTHER = new Set([20, 21, 22, 23, 24, 25, 26, 27, 44, 45, 46, 47, 62, 91, 94]);

/** Returns the pages that have images; the others are blank. */
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

/**
 * Returns true for a page that sets a transformation and draws nothing: pdf.js omits images that are too large or
 * damaged.
 */
function hasLostPicture(fnArray: number[]): boolean {
  return fnArray.includes(TRANSFORM) && !fnArray.some((name) => PAINTS_OTHER.has(name));
}
