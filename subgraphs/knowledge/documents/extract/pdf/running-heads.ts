import { median, type Segment } from './piece.ts';

/** The share of a page's height, at the top and the bottom, in which running heads are searched. */
const MARGIN = 0.12;
/** The minimum gap, in font sizes, between a running head and the text. */
const GAP = 1.6;
/** The font size of titles, relative to the body's. */
const LARGE = 1.25;
const PAGE_NUMBER = /^(?:\p{L}{1,10}\.? )?[-–—(|]? ?(?:\d{1,4}|[ivxlc]{1,7})(?: ?(?:\/|of|von|de|di|van|z|из) ?\d{1,4})? ?[-–—)|]?$/iu;

export interface PageFrame {
  segments: Segment[];
  bottom: number;
  top: number;
}

/** A page without running heads, and each running head at its first occurrence. */
export interface SeparatedPage {
  body: Segment[];
  runningHeads: Segment[];
}

/**
 * Finds running heads, running feet and page numbers: lines in the margin that repeat on many pages at the same height
 * and differ in digits only. Keeps each once, after the text of the page on which it appears first; removes page
 * numbers.
 */
export function separateRunningHeads(pages: PageFrame[]): SeparatedPage[] {
  const margins = pages.map((page) => new Map(inMargins(page).map((segment) => [segment, keyOf(segment, page)])));
  const seen = new Map<string, Set<number>>();
  margins.forEach((margin, index) => {
    for (const key of margin.values()) seen.set(key, (seen.get(key) ?? new Set()).add(index));
  });
  const slots = new Map<string, Set<number>>();
  margins.forEach((margin, index) => {
    for (const key of margin.values()) slots.set(slotOf(key), (slots.get(slotOf(key)) ?? new Set()).add(index));
  });
  const isRunning = (key: string) => runs(key, seen.get(key)!.size, slots.get(slotOf(key))!.size, pages.length);
  const large = median(pages.flatMap(({ segments }) => segments.map(({ size }) => size))) * LARGE;
  const seenWords = new Set<string>();
  return pages.map(({ segments }, index) => {
    const runningHeads: Segment[] = [];
    const body = segments.filter((segment) => {
      const key = margins[index]!.get(segment);
      if (key === undefined || !isRunning(key)) return true;
      const words = wordsOf(segment.text);
      if (PAGE_NUMBER.test(segment.text.trim()) || seenWords.has(words)) return false;
      seenWords.add(words);
      // A title is kept at its first occurrence.
      if (segment.size > large) return true;
      runningHeads.push(segment);
      return false;
    });
    return { body, runningHeads };
  });
}

/** Returns segments in the margins that a gap separates from the text; a table's head has no such gap. */
function inMargins({ segments, bottom, top }: PageFrame): Segment[] {
  const depth = (top - bottom) * MARGIN;
  return [...outerBlocks(segments, (y) => top - y, depth), ...outerBlocks(segments, (y) => y - bottom, depth)];
}

function outerBlocks(segments: Segment[], distanceOf: (y: number) => number, depth: number): Segment[] {
  const sorted = segments.toSorted((left, right) => distanceOf(left.y) - distanceOf(right.y));
  let from = 0;
  for (const [index, segment] of sorted.entries()) {
    if (distanceOf(segment.y) > depth) break;
    const next = sorted[index + 1];
    if (!next || distanceOf(next.y) - distanceOf(segment.y) > Math.max(segment.size, next.size) * GAP) from = index + 1;
  }
  return sorted.slice(0, from);
}

function wordsOf(text: string): string {
  return text.toLowerCase().replace(/\d+/g, '#').replace(/\s+/g, ' ').trim();
}

/** Page numbers of one style have the same key, whether `iv` or `12`. */
function keyOf(segment: Segment, { bottom, top }: PageFrame): string {
  const words = PAGE_NUMBER.test(segment.text.trim()) ? '#' : wordsOf(segment.text);
  const height = segment.y > (top + bottom) / 2 ? Math.round((top - segment.y) / 4) : -Math.round((segment.y - bottom) / 4);
  return `${height} ${Math.round(segment.size)} ${words}`;
}

/** Compares position and font size, independent of the words. */
function slotOf(key: string): string {
  return key.split(' ', 2).join(' ');
}

/**
 * Returns true for a running head. The text must be on a fifth of the pages, since left and right pages differ; on at
 * least two if most pages have a line in this position, since heads differ by chapter; and in a file of up to three
 * pages on each.
 */
function runs(key: string, pagesOfText: number, pagesOfSlot: number, pages: number): boolean {
  if (pages < 2 || pagesOfText < 2) return false;
  if (pages <= 3) return pagesOfText === pages || key.endsWith(' #');
  return pagesOfText >= Math.max(key.endsWith(' #') ? 2 : 3, pages * 0.2) || pagesOfSlot > pages * 0.4;
}
