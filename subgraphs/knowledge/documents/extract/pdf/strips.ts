import type { Segment } from './piece.ts';

/** The tolerance, in font sizes, within which edges are aligned. */
const FLUSH = 0.4;

/** Groups segments by height, from top to bottom; each strip is sorted from left to right. */
export function stripsOf(segments: Segment[]): Segment[][] {
  const strips: { floor: number; segments: Segment[] }[] = [];
  for (const segment of segments.toSorted((left, right) => right.y - left.y)) {
    const strip = strips.at(-1);
    if (strip && segment.y + segment.size * 0.45 > strip.floor) strip.segments.push(segment);
    else strips.push({ floor: segment.y, segments: [segment] });
  }
  return strips.map((strip) => strip.segments.toSorted((left, right) => left.left - right.left));
}

/** Joins the segments of justified lines: between lines without gaps and with the same edges, gaps are spaces. */
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
