/** A cell that may span several rows and columns. */
export interface SpanningCell {
  text: string;
  rows: number;
  columns: number;
}

const MAX_SPAN = 1_000;
const MAX_CELLS = 500_000;

/**
 * Expands spanning cells into a grid. A cell that spans rows is repeated in each, since rows are read alone; one that
 * spans columns leaves the others empty.
 */
export function expandSpans(rows: SpanningCell[][]): string[][] {
  const grid: string[][] = [];
  const open: { text: string; left: number }[] = [];
  let cells = 0;
  for (const row of rows) {
    const line: string[] = [];
    const fill = () => {
      for (let above = open[line.length]; above && above.left > 0; above = open[line.length]) {
        above.left -= 1;
        line.push(above.text);
      }
    };
    for (const { text, rows: down, columns } of row) {
      fill();
      // A row span of zero extends to the end of the table.
      const left = Math.min(Math.max(down === 0 ? MAX_SPAN : down, 1), MAX_SPAN) - 1;
      for (let index = 0; index < Math.min(Math.max(columns, 1), MAX_SPAN) && cells < MAX_CELLS; index += 1) {
        const value = index === 0 ? text : '';
        open[line.length] = { text: value, left };
        line.push(value);
        cells += 1;
      }
    }
    fill();
    grid.push(line);
  }
  return grid;
}
