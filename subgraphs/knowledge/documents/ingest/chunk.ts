import { unitsOf, type Unit } from './units.ts';

/** A page within its document's text: `start` is the offset of its first character (UTF-16 code units). */
export interface PlacedPage {
  number: number | null;
  label?: string;
  start: number;
  text: string;
}

/** A passage before it is stored. `text` is exactly the document's text from `start` to `end`. */
export interface Chunk {
  page: number | null;
  /** The display name of the page if it has more than a number. */
  label?: string;
  start: number;
  end: number;
  text: string;
  /** Context outside the text: the headings above, outermost first, and the head of the table that it continues. */
  heading: string;
}

const MOST = 320;
const ENOUGH = 220;
/** The minimum tokens of a passage before a heading ends it. */
const LITTLE = 90;
const OVERLAP = 40;
const MAX_HEADING = 300;

/** Computes the offsets of pages, which are separated by an empty line. */
export function placePages(pages: Omit<PlacedPage, 'start'>[]): PlacedPage[] {
  let start = 0;
  return pages.map((page) => {
    const placed = { ...page, start };
    start += page.text.length + 2;
    return placed;
  });
}

/**
 * Cuts pages into passages of some 200 to 320 tokens that respect headings, paragraphs, rows and sentences, never
 * cross pages, and overlap by a sentence where a paragraph had to be cut.
 */
export function chunkPages(pages: PlacedPage[]): Chunk[] {
  const path: string[] = [];
  return pages.flatMap((page) => {
    const units = unitsOf(page.text, MOST);
    let seen = 0;
    const enterUpTo = (offset: number) => {
      for (; seen < units.length && units[seen]!.start < offset; seen += 1) enter(path, page.text, units[seen]!);
    };
    return mergeRest(groupUnits(units)).map((group) => {
      // Headings at the start of a passage are part of its path; later ones apply to what follows.
      const body = group.find((unit) => unit.kind !== 'heading') ?? group.at(-1)!;
      enterUpTo(body.start + 1);
      const heading = [...path, tableHead(page.text, units, group[0]!)].filter(Boolean).join(' › ').slice(0, MAX_HEADING);
      enterUpTo(group.at(-1)!.end);
      return toChunk(page, group, heading);
    });
  });
}

function groupUnits(units: Unit[]): Unit[][] {
  const groups: Unit[][] = [];
  let group: Unit[] = [];
  for (const unit of units) {
    if (group.length > 0 && breaksBefore(unit, group)) {
      const next = takeTrailingTitles(group);
      if (group.length > 0) groups.push(group);
      const overlap = next.length === 0 && unit.kind === 'prose' ? lastSentence(group, unit) : [];
      group = [...overlap, ...next];
    }
    group.push(unit);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

function breaksBefore(unit: Unit, group: Unit[]): boolean {
  const size = sizeOf(group);
  if (size + unit.tokens > MOST) return true;
  if (isTitle(group.at(-1)!)) return false;
  if (unit.kind === 'heading') return size >= LITTLE;
  return size >= ENOUGH && unit.opens;
}

/** Removes trailing headings and terms from a group: they belong to the next one. */
function takeTrailingTitles(group: Unit[]): Unit[] {
  let keep = group.length;
  while (keep > 1 && isTitle(group[keep - 1]!)) keep -= 1;
  return sizeOf(group.slice(keep)) > MOST / 2 ? [] : group.splice(keep);
}

/** Returns the overlap: the last sentence, if a paragraph is cut. A new paragraph or row needs none. */
function lastSentence(group: Unit[], unit: Unit): Unit[] {
  const last = group.at(-1)!;
  const fits = !unit.opens && last.kind === 'prose' && last.tokens <= OVERLAP && last.tokens + unit.tokens <= MOST;
  return fits ? [last] : [];
}

/** Merges a small last passage into the one before it. */
function mergeRest(groups: Unit[][]): Unit[][] {
  const [before, rest] = groups.slice(-2);
  if (!before || !rest || sizeOf(rest) >= LITTLE || sizeOf(before) + sizeOf(rest) > MOST * 1.2) return groups;
  const from = before.at(-1)!.end;
  return [...groups.slice(0, -2), [...before, ...rest.filter((unit) => unit.start >= from)]];
}

/** Updates the heading path by level. */
function enter(path: string[], text: string, unit: Unit): void {
  if (unit.kind !== 'heading') return;
  const [, marks, title] = /^(#+) (.*)$/s.exec(text.slice(unit.start, unit.end)) ?? [];
  if (!marks || !title) return;
  path.length = Math.min(path.length, marks.length - 1);
  path[marks.length - 1] = title.slice(0, 100);
}

/** Returns the head of the table if the passage begins in the middle of one. */
function tableHead(text: string, units: Unit[], first: Unit): string {
  if (first.kind !== 'row' || text[first.start] !== '|' || first.opens) return '';
  const head = units.findLast((unit) => unit.opens && unit.start < first.start);
  return head ? text.slice(head.start, head.end).slice(0, 200) : '';
}

function toChunk(page: PlacedPage, group: Unit[], heading: string): Chunk {
  const from = group[0]!.start;
  const to = group.at(-1)!.end;
  const place = page.label === undefined ? { page: page.number } : { page: page.number, label: page.label };
  return { ...place, start: page.start + from, end: page.start + to, text: page.text.slice(from, to), heading };
}

function isTitle(unit: Unit): boolean {
  return unit.kind === 'heading' || unit.kind === 'term';
}

function sizeOf(units: Unit[]): number {
  return units.reduce((sum, unit) => sum + unit.tokens, 0);
}
