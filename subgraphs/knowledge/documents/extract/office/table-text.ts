/** A table with the marks of Markdown; its first row is the head. One of a single column is a list of its lines. */
export function tableText(rows: string[][]): string {
  const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ''));
  const width = Math.max(0, ...filled.map((row) => row.length));
  if (width < 2) return filled.flat().join('\n');
  const lines = filled.map((row) => `| ${Array.from({ length: width }, (_, at) => clean(row[at] ?? '')).join(' | ')} |`);
  if (lines.length > 1) lines.splice(1, 0, `|${' --- |'.repeat(width)}`);
  return lines.join('\n');
}

function clean(cell: string): string {
  return cell.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}
