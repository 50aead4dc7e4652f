import { Failure } from '../../../../../schema/errors.ts';
import type { ExtractedPage, Reading } from '../extraction.ts';
import type { Warn } from '../warnings.ts';

export interface Attachment {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
}

const MAX_READ = 50;
const MAX_BYTES = 100 * 1024 * 1024;

/**
 * Returns the message as the first page and its attachments as the next ones. An unreadable attachment is named in a
 * warning, and the rest is kept.
 */
export async function withAttachments(message: string, attachments: Attachment[], { readInside, warn }: Reading): Promise<ExtractedPage[]> {
  const pages: ExtractedPage[] = [];
  let total = 0;
  for (const [index, { name, mediaType, bytes }] of attachments.entries()) {
    total += bytes.length;
    if (index >= MAX_READ || total > MAX_BYTES) {
      warn('LEFT_OUT', `attachment “${name}”`);
      continue;
    }
    const inner: Warn = (code, part) => warn(code, `${partOf(part)}attachment “${name}”`);
    try {
      for (const page of await readInside(bytes, { name, mediaType }, inner)) {
        const place = page.label ?? (page.number === null ? null : `page ${page.number}`);
        const label = `Attachment “${name}”${place ? `, ${place[0]!.toLowerCase()}${place.slice(1)}` : ''}`;
        if (page.text.trim()) pages.push({ number: pages.length + 2, label, text: `## Attachment ${name}\n\n${demoted(page.text)}` });
      }
    } catch (error) {
      if (!(error instanceof Failure || error instanceof RangeError)) throw error;
      if (!isEmpty(error)) warn(isForeign(error) ? 'LEFT_OUT' : 'UNREADABLE', `attachment “${name}”`);
    }
  }
  if (pages.length === 0) return [{ number: null, text: message }];
  return [{ number: 1, label: 'Message', text: message }, ...pages];
}

function partOf(part: number | string | undefined): string {
  return part === undefined ? '' : `${typeof part === 'number' ? `page ${part}` : part} of `;
}

function isEmpty(error: Error): boolean {
  return error instanceof Failure && error.code === 'DOCUMENT_EMPTY';
}

function isForeign(error: Error): boolean {
  return error instanceof Failure && error.code === 'DOCUMENT_TYPE_UNSUPPORTED';
}

/** Demotes headings below that of the attachment, except in fenced code. */
function demoted(text: string): string {
  let fence = '';
  return text
    .split('\n')
    .map((line) => {
      const mark = /^`{3,}/.exec(line)?.[0] ?? '';
      if (mark && (fence === '' || line.startsWith(fence))) fence = fence === '' ? mark : '';
      return fence === '' ? line.replace(/^(#{1,4}) /, '##$1 ').replace(/^#{7,} /, '###### ') : line;
    })
    .join('\n');
}
