export interface Part {
  text: string;
  marked: boolean;
}

/** Cuts a text at its marks, which may overlap, touch or run past its end. */
export function markedParts(text: string, marks: readonly { start: number; end: number }[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const { start, end } of [...marks].sort((a, b) => a.start - b.start)) {
    const from = Math.max(start, at);
    const to = Math.min(end, text.length);
    if (to <= from) continue;
    if (from > at) parts.push({ text: text.slice(at, from), marked: false });
    parts.push({ text: text.slice(from, to), marked: true });
    at = to;
  }
  if (at < text.length) parts.push({ text: text.slice(at), marked: false });
  return parts;
}
