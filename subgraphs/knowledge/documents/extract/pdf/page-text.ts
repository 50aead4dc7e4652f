import { median } from './piece.ts';
import type { Line } from './regions.ts';

/**
 * The line distance, in font sizes, from which on lines separate paragraphs, unless the line spacing of the region is
 * that wide.
 */
const PARAGRAPH = 1.7;
const WIDEST_LINES = 2.6;

/** Writes lines in reading order: cells separated by ` | `, paragraphs by an empty line, headings marked. */
export function textOf(lines: Line[], bodySize: number): string {
  const steps = stepsOf(lines);
  const pageStep = median([...steps.values()]);
  let text = '';
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    const content = line.cells.join(' | ').replace(/ {2,}/g, ' ').trim();
    text +=
      (before ? separator(before, line, steps.get(line.region) ?? pageStep) : '') + (isHeading(line, bodySize) ? `## ${content}` : content);
  });
  return text.replace(/^(## .*)\n(?!\n)/gm, '$1\n\n').replace(/([^\n])\n(## )/g, '$1\n\n$2');
}

/** Computes the median line distance of each region with several lines. */
function stepsOf(lines: Line[]): Map<number, number> {
  const steps = new Map<number, number[]>();
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    if (before?.region !== line.region || before.y <= line.y) return;
    steps.set(line.region, [...(steps.get(line.region) ?? []), before.y - line.y]);
  });
  return new Map([...steps].filter(([, values]) => values.length > 2).map(([region, values]) => [region, median(values)]));
}

function separator(before: Line, line: Line, usualStep: number): string {
  const step = before.y - line.y;
  if (before.region !== line.region || step < 0) return goesOn(before, line) ? '\n' : '\n\n';
  const size = Math.max(before.size, line.size);
  const limit = Math.max(size * PARAGRAPH, usualStep < size * WIDEST_LINES ? usualStep * 1.25 : 0);
  return step > limit ? '\n\n' : '\n';
}

/** Returns true if the line continues a sentence from the end of a column. */
function goesOn(before: Line, line: Line): boolean {
  if (before.cells.length > 1 || line.cells.length > 1 || Math.abs(before.size - line.size) > line.size * 0.1) return false;
  return /[\p{L},;\u00ad\u2010-]$/u.test(before.cells[0]!) && /^\p{Ll}/u.test(line.cells[0]!);
}

/** Returns the font size of most letters. */
export function usualSize(lines: { size: number; text: string }[]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2;
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length);
  }
  return [...letters].toSorted((left, right) => right[1] - left[1])[0]?.[0] ?? 0;
}

function isHeading({ cells, size }: Line, bodySize: number): boolean {
  return cells.length === 1 && size > bodySize * 1.15 && cells[0]!.length <= 120 && /\p{L}{2}/u.test(cells[0]!);
}
