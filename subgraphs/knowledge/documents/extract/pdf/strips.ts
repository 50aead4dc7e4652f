import type { Segment } from './piece.ts';

/** Differences of edges up to here, in heights of the font, are none. */
const FLUSH = 0.4;

/** Segments at one height, from top to bottom, each strip from left to right. */
export function stripsOf(segments: Segment[]): Segment[][] {
  const strips: { floor: number; segments: Segment[] }[] = [];
  for (const segment of segments.toSorted((left, right) => right.y - left.y)) {
    const strip = strips.at(-1);
    if (strip && segment.y + segment.size * 0.45 > strip.floor) strip.segments.push(segment);
    else strips.push({ floor: segment.y, segments: [segment] });
  }
  return strips.map((strip) => strip.segments.toSorted((left, right) => left.left - right.left));
}

/**
 * Puts lines together again that are stretched to the width of their paragraph: between lines without a gap and with the
 * same edges, gaps are blanks.
 */
export function joinJustified(strips: Segment[][], joined: (strip: Segment[]) => Segment): Segment[][] {
  const result: Segment[][] = [];
  for (let at = 0; at < strips.length;) {
    let to = at + 1;
    while (to < strips.length && sameEdges(strips[at]!, strips[to]!)) to += 1;
    const run = strips.slice(at, to);
    result.push(...(run.some((strip) => strip.length === 1) ? run.map((strip) => [joined(strip)]) : run));
    at = to;
  }
  return result;
}

function sameEdges(one: Segment[], other: Segment[]): boolean {
  const near = one[0]!.size * FLUSH;
  return Math.abs(one[0]!.left - other[0]!.left) < near && Math.abs(one.at(-1)!.right - other.at(-1)!.right) < near;
}
