/** A cell as it is written: it may reach over several rows and columns. */
export interface SpanningCell {
  text: string;
  rows: number;
  columns: number;
}

const MAX_SPAN = 1_000;
const MAX_CELLS = 500_000;

/**
 * Puts each cell into its column. One that reaches over rows stands in each of them, since a row is read alone; one that
 * reaches over columns leaves the others empty.
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
      // Zero means down to the end of the table.
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
