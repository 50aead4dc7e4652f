/** A cell as it is displayed; `isText` is false for numbers and dates, which are not column names. */
export interface Cell {
  text: string;
  isText: boolean;
}

/** The cells of a row by column index. */
export type Row = Map<number, Cell>;

/** A merged range, with its first and last row and column. */
export interface Merge {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

const MAX_HEAD_CELL = 100;
const MAX_FILLED = 100_000;

/**
 * Writes the rows of a sheet as self-contained lines, `- column: value; column: value`, below the title of each table.
 * Empty rows separate tables; a table without a header continues the one above.
 */
export function sheetText(rows: Map<number, Row>, merges: Merge[]): string {
  const wide = fillMerged(rows, merges);
  const blocks: string[] = [];
  let head: Row | undefined;
  for (const block of blocksOf(rows)) {
    const width = new Set(block.flatMap(([, row]) => [...row.keys()])).size;
    const titles = width > 1 ? block.findIndex(([, row]) => row.size > 1) : 0;
    for (const [, row] of block.splice(0, Math.max(0, titles))) blocks.push([...row.values()].map(({ text }) => text).join(' '));
    const own = takeHead(block, width, wide);
    if (own) head = own;
    else if (!head || !continues(head, block)) head = undefined;
    const lines = block.map(([, row]) => `${head || row.size > 1 ? '- ' : ''}${describe(row, head)}`);
    if (lines.length > 0) blocks.push(lines.join('\n'));
    else if (own) blocks.push(`- ${describe(own, undefined)}`);
  }
  return blocks.join('\n\n');
}

/** Copies the value of a vertically merged range into each of its rows. Returns the rows with horizontally merged ranges. */
function fillMerged(rows: Map<number, Row>, merges: Merge[]): Set<number> {
  const wide = new Set<number>();
  let filled = 0;
  for (const { top, left, bottom, right } of merges) {
    const cell = rows.get(top)?.get(left);
    if (!cell) continue;
    if (right > left) wide.add(top);
    for (let row = top + 1; row <= bottom && rows.has(row) && filled < MAX_FILLED; row += 1, filled += 1) rows.get(row)!.set(left, cell);
    // Only column names need the value in the other columns; elsewhere it would be repeated within a row.
    for (let column = left + 1; column <= right && column - left < 64 && rows.get(top)!.size > 1; column += 1)
      if (!rows.get(top)!.has(column)) rows.get(top)!.set(column, { text: '', isText: true });
  }
  return wide;
}

function blocksOf(rows: Map<number, Row>): [number, Row][][] {
  const blocks: [number, Row][][] = [];
  let last = -1;
  for (const [number, row] of [...rows].sort(([left], [right]) => left - right)) {
    if (![...row.values()].some(({ text }) => text !== '')) continue;
    if (number !== last + 1 || blocks.length === 0) blocks.push([]);
    blocks.at(-1)!.push([number, row]);
    last = number;
  }
  return blocks;
}

/** Removes the header from a block: one row, or two if the upper one groups columns. */
function takeHead(block: [number, Row][], width: number, wide: Set<number>): Row | undefined {
  const [first, second, third] = block;
  if (!first || !second || !isHead(first[1], width)) return undefined;
  block.shift();
  if (!wide.has(first[0]) || !third || !isHead(second[1], width)) return first[1];
  block.shift();
  return joined(first[1], second[1]);
}

/** Returns true if most columns have a short text or a year. */
function isHead(row: Row, width: number): boolean {
  const cells = [...row.values()].filter(({ text }) => text !== '');
  const named = cells.filter(({ text, isText }) => (isText && !isNumber(text)) || /^(19|20)\d\d$/.test(text));
  return (
    named.length === cells.length &&
    cells.some(({ text, isText }) => isText && !isNumber(text)) &&
    cells.every(({ text }) => text.length <= MAX_HEAD_CELL) &&
    row.size >= width / 2
  );
}

function isNumber(text: string): boolean {
  return /^[-+]?[\d.,\s%€$]+$/.test(text);
}

/** Joins two header rows: `2024 Tons` under a cell `2024` that spans `Tons` and `Ships`. */
function joined(upper: Row, lower: Row): Row {
  const head: Row = new Map();
  let group = '';
  for (const column of [...new Set([...upper.keys(), ...lower.keys()])].sort((left, right) => left - right)) {
    const above = upper.get(column);
    if (above === undefined) group = '';
    else if (above.text !== '') group = above.text;
    const below = lower.get(column)?.text ?? '';
    head.set(column, { text: [group, below === group ? '' : below].filter(Boolean).join(' '), isText: true });
  }
  return head;
}

function continues(head: Row, block: [number, Row][]): boolean {
  return block.every(([, row]) => row.size > 1 && [...row.keys()].every((column) => head.has(column)));
}

function describe(row: Row, head: Row | undefined): string {
  return [...row]
    .filter(([, { text }]) => text !== '')
    .sort(([left], [right]) => left - right)
    .map(([column, { text }]) => {
      const name = head?.get(column)?.text;
      return name ? `${name}: ${text}` : text;
    })
    .join('; ');
}
