/**
 * Closes the open markup of a text that is still being streamed, so that it already renders in its final form: half a
 * link is its text, an opened `**` already makes bold, and a line of dashes is not yet a heading. Takes the last block only.
 */
export function closeMarkup(block: string): string {
  const settled = tableBegun(block)
    .replace(/\n[ \t]*(-{1,2}|=+)[ \t]*$/, '')
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*$/, '$1')
    .replace(/\[\d{0,3}(?:, ?\d{0,3})*$/, '');
  const code = closing(settled, '`');
  if (code) return settled + code;
  return ['**', '~~', '__', '*'].reduce(close, settled);
}

const MARKS_BEGUN = /^[ \t]*\|?[ \t]*:?-*:?[|:\- \t]*$/;

/** Completes the delimiter row of a table, so that its header renders as a table at once. */
function tableBegun(block: string): string {
  const lines = block.split('\n');
  const head = lines[0] ?? '';
  if (!/^[ \t]*\|[^\n]*\S/.test(head) || lines.length > 2 || !MARKS_BEGUN.test(lines[1] ?? '')) return block;
  const cells = head
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/);
  return `| ${cells.map((cell) => cell.trim()).join(' | ')} |\n|${' - |'.repeat(cells.length)}`;
}

function close(text: string, mark: string): string {
  if (text.endsWith(mark)) return isOpen(text, mark) ? text.slice(0, -mark.length).replace(/\s+$/, '') : text;
  return isOpen(text, mark) ? text.replace(/\s*$/, '') + mark : text;
}

function isOpen(text: string, mark: string): boolean {
  const visible = text.replace(/`[^`\n]*`/g, '').replace(/\\./g, '');
  const found =
    mark === '*'
      ? visible
          .replace(/^\s*\* /gm, '')
          .replace(/\*\*/g, '')
          .match(/\*(?=\S)|(?<=\S)\*/g)
      : visible.match(pattern(mark));
  return (found?.length ?? 0) % 2 === 1;
}

function pattern(mark: string): RegExp {
  return new RegExp(mark.replace(/\*/g, '\\*'), 'g');
}

/** Returns the run of backticks that closes the open code span, if there is one. */
function closing(text: string, tick: string): string {
  let open = '';
  for (const [run] of text.matchAll(/`+/g)) open = open === '' ? run : run === open ? '' : open;
  return open.length > 0 && open.length < 3 && !text.endsWith(open) ? open : open === tick && text.endsWith(tick) ? '' : '';
}
