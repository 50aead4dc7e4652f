import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const PALETTE_SIZE = 256;

/** Reduces a picture to 256 colours, a third of the size. Reads the format that browsers write: 8 bits, no interlace. */
export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const { palette, indices } = reduce(pixels);
  const rows = Buffer.alloc(height * (width + 1));
  for (let row = 0; row < height; row++) rows.set(indices.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const parts = [
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([SIGNATURE, ...parts]);
}

interface Raster {
  width: number;
  height: number;
  /** 0xRRGGBB, row by row. */
  pixels: Uint32Array;
}

function decode(png: Buffer): Raster {
  const data: Buffer[] = [];
  let [width, height, channels] = [0, 0, 0];
  for (let at = SIGNATURE.length; at < png.length; at += png.readUInt32BE(at) + 12) {
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    const type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR') [width, height, channels] = [body.readUInt32BE(0), body.readUInt32BE(4), body[9] === 6 ? 4 : 3];
    if (type === 'IDAT') data.push(body);
  }
  const bytes = unfilter(inflateSync(Buffer.concat(data)), { stride: width * channels, height, channels });
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = (bytes[i * channels]! << 16) | (bytes[i * channels + 1]! << 8) | bytes[i * channels + 2]!;
  return { width, height, pixels };
}

/** Undoes the filter of each row (PNG, section 9). */
function unfilter(raw: Buffer, { stride, height, channels }: { stride: number; height: number; channels: number }): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)]!;
    const start = row * stride;
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? out[start + i - channels]! : 0;
      const up = row > 0 ? out[start + i - stride]! : 0;
      const corner = row > 0 && i >= channels ? out[start + i - stride - channels]! : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
      out[start + i] = raw[row * (stride + 1) + 1 + i]! + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** Adds to the palette the colour with the largest remaining error: used much, or far from all colours in it. */
function reduce(pixels: Uint32Array): { palette: number[]; indices: Uint8Array } {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const colours = [...counts.keys()];
  const place = new Uint8Array(colours.length);
  const distances = new Float64Array(colours.length).fill(Infinity);
  const palette: number[] = [];
  while (palette.length < Math.min(PALETTE_SIZE, colours.length)) {
    const chosen = palette.length === 0 ? 0 : mostMissed(colours, counts, distances);
    palette.push(colours[chosen]!);
    for (const [at, colour] of colours.entries()) {
      const distance = distanceOf(colour, colours[chosen]!);
      if (distance < distances[at]!) [distances[at], place[at]] = [distance, palette.length - 1];
    }
  }
  const placeOf = new Map(colours.map((colour, at) => [colour, place[at]!]));
  return { palette, indices: Uint8Array.from(pixels, (pixel) => placeOf.get(pixel)!) };
}

function mostMissed(colours: number[], counts: Map<number, number>, distances: Float64Array): number {
  let [best, most] = [0, -1];
  for (const [at, colour] of colours.entries()) {
    const missed = distances[at]! * Math.sqrt(counts.get(colour)!);
    if (missed > most) [best, most] = [at, missed];
  }
  return best;
}

function distanceOf(a: number, b: number): number {
  return ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
