import { getResolvedPDFJS } from 'unpdf';
import type { GrayPicture } from '../ocr/gray-picture.ts';
import type { PdfPage } from './open.ts';
import { paint, type Matrix, type Source } from './paint.ts';

/** The pixels of an A3 page at 240 dpi. */
const MAX_PIXELS = 12_000_000;
const MAX_PICTURES = 400;
/**
 * The scale of 300 dpi, at which letters have about 30 pixels, the best size for OCR. Images of lower resolution are
 * enlarged.
 */
const BEST_SCALE = 300 / 72;
const MAX_ENLARGED = 2;
/** The minimum share of the page that images must cover; smaller ones on a page with text are logos. */
const MIN_COVERED = 0.4;

interface Placed {
  id: unknown;
  isMask: boolean;
  matrix: Matrix;
  width: number;
  height: number;
}

interface DecodedPicture {
  width: number;
  height: number;
  kind?: number;
  data?: Uint8Array | Uint8ClampedArray;
}

export interface PagePicture {
  picture: GrayPicture;
  /** Pixels per unit of the page. */
  scale: number;
  width: number;
  height: number;
}

/**
 * Renders the images of a page at their positions, upright as displayed. Vector graphics and text are not rendered.
 * Returns null if images cover little of the page, and throws if none can be decoded.
 */
export async function pagePicture(page: PdfPage): Promise<PagePicture | null> {
  const { OPS } = await getResolvedPDFJS();
  const list = await page.getOperatorList();
  const placed = placesOf(list as OperatorList, OPS);
  if (placed.length === 0) throw new Error('The page has no picture that can be decoded.');
  const { width, height, transform } = page.getViewport({ scale: 1 });
  const covered = placed.reduce((sum, { matrix }) => sum + Math.abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]), 0);
  if (!(width > 0 && height > 0) || covered < width * height * MIN_COVERED) return null;
  const finest = Math.max(...placed.map(({ matrix, width: pixels }) => pixels / Math.max(1, Math.hypot(matrix[0], matrix[1]))));
  const scale = Math.min(BEST_SCALE, finest * MAX_ENLARGED, Math.sqrt(MAX_PIXELS / (width * height)));
  const sheet: GrayPicture = { width: Math.ceil(width * scale), height: Math.ceil(height * scale), data: new Uint8Array(0) };
  sheet.data = new Uint8Array(sheet.width * sheet.height).fill(255);
  const toSheet = (transform as Matrix).map((value) => value * scale) as Matrix;
  let painted = 0;
  for (const { id, isMask, matrix } of placed) {
    const source = await sourceOf(page, id, isMask);
    if (!source) continue;
    paint(sheet, source, times(toSheet, matrix));
    painted += 1;
  }
  if (painted === 0) throw new Error('No picture of the page can be decoded.');
  return { picture: sheet, scale, width, height };
}

interface OperatorList {
  fnArray: number[];
  argsArray: unknown[][];
}

/** Tracks the transformation matrix to find the painted images and their positions. */
function placesOf({ fnArray, argsArray }: OperatorList, OPS: Record<string, number>): Placed[] {
  const placed: Placed[] = [];
  const saved: Matrix[] = [];
  let current: Matrix = [1, 0, 0, 1, 0, 0];
  for (const [index, name] of fnArray.entries()) {
    const args = argsArray[index] ?? [];
    if (name === OPS['save'] || name === OPS['paintFormXObjectBegin']) saved.push(current);
    if (name === OPS['restore'] || name === OPS['paintFormXObjectEnd']) current = saved.pop() ?? current;
    const change = name === OPS['transform'] ? args : name === OPS['paintFormXObjectBegin'] ? args[0] : null;
    if (isMatrix(change)) current = times(current, change);
    if (name === OPS['paintImageXObject'])
      placed.push({ id: args[0], isMask: false, matrix: current, width: Number(args[1]), height: Number(args[2]) });
    if (name === OPS['paintInlineImageXObject'] || name === OPS['paintImageMaskXObject']) {
      const { width, height } = args[0] as DecodedPicture;
      placed.push({ id: args[0], isMask: name === OPS['paintImageMaskXObject'], matrix: current, width, height });
    }
    if (placed.length >= MAX_PICTURES) break;
  }
  return placed.filter(({ matrix, width, height }) => matrix.every(Number.isFinite) && width > 0 && height > 0);
}

function isMatrix(value: unknown): value is Matrix {
  return value !== null && typeof value === 'object' && 'length' in value && value.length === 6;
}

/** Multiplies transformations: first `inner`, then `outer`. */
function times([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

/** Returns the greyscale source of an image; null if its format is unknown. */
async function sourceOf(page: PdfPage, id: unknown, isMask: boolean): Promise<Source | null> {
  const given = typeof id === 'string' ? await objectOf(page, id) : (id as DecodedPicture);
  const named = given && typeof given.data === 'string' ? await objectOf(page, given.data) : given;
  const data = named?.data;
  if (!named || !data || !given) return null;
  const width = given.width;
  const height = given.height;
  const bitsPerRow = Math.ceil(width / 8);
  if (isMask || named.kind === 1) {
    if (data.length < bitsPerRow * height) return null;
    // A set bit is white; in a mask it is transparent.
    const bit = (x: number, y: number) => (data[y * bitsPerRow + (x >> 3)]! >> (7 - (x & 7))) & 1;
    return { width, height, shade: (x, y) => bit(x, y) * 255, isSeen: isMask ? (x, y) => bit(x, y) === 0 : null };
  }
  const channels = Math.floor(data.length / (width * height));
  if (channels !== 1 && channels !== 3 && channels !== 4) return null;
  const shade = (x: number, y: number) => {
    const at = (y * width + x) * channels;
    return channels === 1 ? data[at]! : data[at]! * 0.299 + data[at + 1]! * 0.587 + data[at + 2]! * 0.114;
  };
  const isSeen = channels === 4 ? (x: number, y: number) => data[(y * width + x) * 4 + 3]! > 127 : null;
  return { width, height, shade, isSeen };
}

/** Waits until pdf.js has decoded an image. */
function objectOf(page: PdfPage, id: string): Promise<DecodedPicture | null> {
  const objects = id.startsWith('g_') ? page.commonObjs : page.objs;
  return new Promise((resolve) => {
    objects.get(id, (found: DecodedPicture | null) => resolve(found));
  });
}
