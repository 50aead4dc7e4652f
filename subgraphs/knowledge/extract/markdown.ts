import type { ExtractedPage } from './extraction.ts';
import { requireText } from './text.ts';

/** Markdown stays as it is written; only underlined headings become marked ones, so that there is one form. */
export async function readMarkdown(bytes: Uint8Array): Promise<ExtractedPage[]> {
  const text = requireText(bytes)
    .replace(/\r\n?/g, '\n')
    .replace(/^([^\s#>|-][^\n]*)\n=+[ \t]*$/gm, '# $1')
    .replace(/^([^\s#>|-][^\n]*)\n-{3,}[ \t]*$/gm, '## $1');
  return [{ number: null, text }];
}
