import type { GrayPicture } from '../ocr/gray-picture.ts';

/** A transformation matrix as in PDF: x' = ax + cy + e, y' = bx + dy + f. */
export type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

export interface Source {
  width: number;
  height: number;
  shade(x: number, y: number): number;
  /** Null if the image is fully opaque. */
  isSeen: ((x: number, y: number) => boolean) | null;
}

/** Paints an image, which fills the unit square, onto a sheet with interpolation. */
export function paint(sheet: GrayPicture, source: Source, [a, b, c, d, e, f]: Matrix): void {
  const area = a * d - b * c;
  if (!Number.isFinite(area) || Math.abs(area) < 1) return;
  const xs = [e, e + a, e + c, e + a + c];
  const ys = [f, f + b, f + d, f + b + d];
  const [left, right] = [Math.max(0, Math.floor(Math.min(...xs))), Math.min(sheet.width, Math.ceil(Math.max(...xs)))];
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(...ys))), Math.min(sheet.height, Math.ceil(Math.max(...ys)))];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) {
      const [dx, dy] = [x + 0.5 - e, y + 0.5 - f];
      const u = ((d * dx - c * dy) / area) * source.width;
      // Image rows run from the top, the unit square from the bottom.
      const v = (1 - (a * dy - b * dx) / area) * source.height;
      if (u < 0 || v < 0 || u >= source.width || v >= source.height) continue;
      if (source.isSeen && !source.isSeen(Math.floor(u), Math.floor(v))) continue;
      sheet.data[y * sheet.width + x] = mixed(source, u - 0.5, v - 0.5);
    }
  }
}

function mixed(source: Source, u: number, v: number): number {
  const [x, y] = [Math.max(0, Math.floor(u)), Math.max(0, Math.floor(v))];
  const [right, below] = [Math.min(source.width - 1, x + 1), Math.min(source.height - 1, y + 1)];
  const [s, t] = [Math.max(0, u - x), Math.max(0, v - y)];
  const upper = source.shade(x, y) * (1 - s) + source.shade(right, y) * s;
  return upper * (1 - t) + (source.shade(x, below) * (1 - s) + source.shade(right, below) * s) * t;
}
