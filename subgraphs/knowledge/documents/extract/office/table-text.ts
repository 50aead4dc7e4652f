/** Writes a table in Markdown with the first row as its header. A table of one column becomes a list. */
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
