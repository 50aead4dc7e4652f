import PostalMime, { type Address, type Email } from 'postal-mime';
import { Failure } from '../../../../../schema/errors.ts';
import type { ExtractedPage, Reading } from '../extraction.ts';
import { htmlText } from '../html.ts';
import type { Warn } from '../warnings.ts';
import { withAttachments, type Attachment } from './attached.ts';
import { messageText } from './message.ts';

const MAX_NESTING = 32;
const MAX_HEADER_BYTES = 1024 * 1024;

/** Reads an e-mail (RFC 5322 and MIME): header, the better body, and attachments. */
export async function readEml(bytes: Uint8Array, _warn: Warn, reading: Reading): Promise<ExtractedPage[]> {
  const email = await parse(bytes);
  const attachments = attachmentsOf(email);
  // An image in the body is layout, not an attachment.
  const named = attachments.filter((_, index) => !email.attachments[index]!.related);
  const text = messageText({
    subject: email.subject ?? '',
    from: addresses(email.from ? [email.from] : []),
    to: addresses(email.to),
    cc: addresses(email.cc),
    date: email.headers.find(({ key }) => key === 'date')?.value ?? email.date ?? '',
    text: email.text ?? '',
    html: email.html ?? '',
    attachments: named.map(({ name }) => name),
  });
  return withAttachments(text, named, reading);
}

/** Reads the text of a web page that was saved with its images (MHTML, RFC 2557). */
export async function readMht(bytes: Uint8Array): Promise<ExtractedPage[]> {
  const email = await parse(bytes);
  const page = attachmentsOf(email).find(({ mediaType }) => mediaType === 'text/html');
  const html = email.html || (page ? new TextDecoder().decode(page.bytes) : '');
  return [{ number: null, text: html ? htmlText(html) : (email.text ?? '') }];
}

async function parse(bytes: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(bytes, {
      maxNestingDepth: MAX_NESTING,
      maxHeadersSize: MAX_HEADER_BYTES,
      attachmentEncoding: 'arraybuffer',
      forceRfc822Attachments: true,
    });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new Failure(
      'DOCUMENT_BROKEN',
      { reason: 'The file is not a valid e-mail, or its parts are nested too deeply.' },
      { cause: error },
    );
  }
}

function attachmentsOf(email: Email): Attachment[] {
  return email.attachments.map(({ filename, mimeType, content }, index) => ({
    name: filename?.trim() || (mimeType === 'message/rfc822' ? `message ${index + 1}.eml` : `part ${index + 1}`),
    mediaType: mimeType,
    bytes: typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
  }));
}

function addresses(list: Address[] | undefined): string {
  return (list ?? [])
    .map((one) => ('group' in one && one.group ? `${one.name}: ${addresses(one.group as Address[])}` : mailbox(one.name, one.address)))
    .filter(Boolean)
    .join(', ');
}

function mailbox(name: string, address: string | undefined): string {
  return name && address && name !== address ? `${name} <${address}>` : name || address || '';
}
