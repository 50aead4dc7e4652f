import type { ExtractedPage } from './extraction.ts';
import { requireText } from './text.ts';
import type { Warn } from './warnings.ts';

const FRONT_MATTER = /^\ufeff?\s*(---|\+\+\+)[ \t]*\n([\s\S]{0,20000}?)\n(?:\1|\.\.\.)[ \t]*(?:\n|$)/;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;

/** Keeps Markdown as it is; only underlined (setext) headings are converted to `#` headings. */
export async function readMarkdown(bytes: Uint8Array, warn: Warn): Promise<ExtractedPage[]> {
  const text = requireText(bytes, warn).replace(/\r\n?/g, '\n');
  const matter = FRONT_MATTER.exec(text);
  // A line of dashes begins front matter only if names and values follow.
  if (!matter || !/^[\w-]+\s*[:=]/m.test(matter[2]!)) return [{ number: null, text: outsideCode(text) }];
  const body = outsideCode(text.slice(matter[0].length));
  const title = /^title\s*[:=]\s*(.+)$/im
    .exec(matter[2]!)?.[1]
    ?.trim()
    .replace(/^(["'])(.*)\1$/, '$2');
  const heading = title && !/^# /m.test(body) ? `# ${title}\n\n` : '';
  const rest = matter[2]!
    .replace(/^title\s*[:=].*\n?/im, '')
    .replace(/^#+/gm, '')
    .trim();
  return [{ number: null, text: `${heading}${rest && `${rest}\n\n`}${body.trimStart()}` }];
}

/** Applies the changes outside code blocks, which must stay unchanged. */
function outsideCode(text: string): string {
  const parts: string[] = [];
  let lines: string[] = [];
  let fence = '';
  const flush = () => {
    if (lines.length > 0) parts.push(fence ? lines.join('\n') : plainForm(lines.join('\n')));
    lines = [];
  };
  for (const line of text.split('\n')) {
    const mark = FENCE.exec(line)?.[1];
    if (!fence && mark) {
      flush();
      fence = mark;
      lines.push(line);
    } else if (fence && mark?.startsWith(fence) && line.trim() === mark) {
      lines.push(line);
      flush();
      fence = '';
    } else lines.push(line);
  }
  flush();
  return parts.join('\n');
}

function plainForm(text: string): string {
  return withoutComments(text)
    .replace(/^([^\s#>|-][^\n]*)\n=+[ \t]*$/gm, '# $1')
    .replace(/^([^\s#>|-][^\n]*)\n-{3,}[ \t]*$/gm, '## $1');
}

/** Removes HTML comments; an unclosed one extends to the end of the text. */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let from = text.indexOf('<!--'); from >= 0; from = text.indexOf('<!--', at)) {
    parts.push(text.slice(at, from));
    const end = text.indexOf('-->', from + 2);
    if (end < 0) return parts.join('') + text.slice(from + 4);
    at = end + 3;
  }
  return parts.join('') + text.slice(at);
}
