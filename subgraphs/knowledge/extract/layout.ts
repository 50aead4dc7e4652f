/** A piece of text and its place on a page; `y` grows upwards, `size` is that of the font. */
export interface PlacedText {
  text: string;
  x: number;
  y: number;
  width: number;
  size: number;
}

interface Line {
  text: string;
  y: number;
  size: number;
  end: number;
}

/**
 * Text of a page from its placed pieces, in the order in which the file draws them, which is nearly always the order
 * of reading. Wide gaps within a line become ` | ` (columns of a table), wide gaps between lines a new paragraph,
 * and short lines in larger letters headings.
 */
export function layoutOf(pieces: PlacedText[]): string {
  const lines = toLines(pieces);
  const bodySize = usualSize(lines);
  let text = '';
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    text += (before ? separator(before, line) : '') + (isHeading(line, bodySize) ? `## ${line.text}` : line.text);
  });
  return text.replace(/^(## .*)\n(?!\n)/gm, '$1\n\n').replace(/([^\n])\n(## )/g, '$1\n\n$2');
}

function toLines(pieces: PlacedText[]): Line[] {
  const lines: Line[] = [];
  for (const piece of pieces) {
    if (piece.text.trim() === '') continue;
    const line = lines.at(-1);
    const gap = line ? piece.x - line.end : 0;
    const size = piece.size || line?.size || 1;
    // Raised and lowered pieces (footnote marks, indices) stay on their line.
    const same = line !== undefined && Math.abs(piece.y - line.y) < Math.max(size, line.size) * 0.6 && gap > -size;
    if (!same) {
      lines.push({ text: piece.text.trim(), y: piece.y, size, end: piece.x + piece.width });
      continue;
    }
    line.text += (gap > size * 1.5 ? ' | ' : gap > size * 0.15 ? ' ' : '') + piece.text.trim();
    line.end = piece.x + piece.width;
    line.size = Math.max(line.size, size);
  }
  return lines.map((line) => ({ ...line, text: line.text.replace(/[ \t\u00a0]+/g, ' ') }));
}

function separator(before: Line, line: Line): string {
  const step = before.y - line.y;
  const usual = Math.max(before.size, line.size) * 1.7;
  return step > usual || step < 0 ? '\n\n' : '\n';
}

/** The size in which most letters are set. */
function usualSize(lines: Line[]): number {
  const letters = new Map<number, number>();
  for (const line of lines) {
    const size = Math.round(line.size * 2) / 2;
    letters.set(size, (letters.get(size) ?? 0) + line.text.length);
  }
  return [...letters].sort((left, right) => right[1] - left[1])[0]?.[0] ?? 0;
}

function isHeading(line: Line, bodySize: number): boolean {
  return line.size > bodySize * 1.15 && line.text.length <= 120 && /\p{L}{2}/u.test(line.text) && !line.text.includes(' | ');
}
