import MsgReaderModule, { type FieldsData } from '@kenjiuno/msgreader';
import { Failure } from '../../../../../schema/errors.ts';
import type { ExtractedPage, Reading } from '../extraction.ts';
import { decodeText } from '../decode.ts';
import type { Warn } from '../warnings.ts';
import { withAttachments, type Attachment } from './attached.ts';
import { messageText } from './message.ts';

/** Reads an Outlook message (MS-OXMSG). */
export async function readMsg(bytes: Uint8Array, warn: Warn, reading: Reading): Promise<ExtractedPage[]> {
  const { reader, fields } = open(bytes);
  const files = (fields.attachments ?? []).filter(
    ({ attachmentHidden, pidContentId }) => !attachmentHidden && !isInBody(pidContentId, fields),
  );
  const attachments = files.flatMap((file, index): Attachment[] => {
    const name = nameOf(file) || `part ${index + 1}`;
    try {
      const { content } = reader.getAttachment(file);
      return [
        { name: file.innerMsgContent ? `${name.replace(/\.msg$/i, '')}.msg` : name, mediaType: words(file.attachMimeTag), bytes: content },
      ];
    } catch (error) {
      if (isExhausted(error)) throw error;
      warn('UNREADABLE', `attachment “${name}”`);
      return [];
    }
  });
  const text = messageText({
    subject: words(fields.subject),
    from: mailbox(fields.senderName, fields.senderSmtpAddress ?? fields.senderEmail),
    to: recipients(fields, 'to'),
    cc: recipients(fields, 'cc'),
    date: words(fields.messageDeliveryTime ?? fields.clientSubmitTime ?? fields.creationTime),
    text: words(fields.body),
    html: htmlOf(fields),
    attachments: files.map(nameOf).filter(Boolean),
  });
  return withAttachments(text, attachments, reading);
}

function open(bytes: Uint8Array): { reader: InstanceType<typeof MsgReaderModule.default>; fields: FieldsData } {
  try {
    // Copies the bytes, because the library takes parts of a buffer for the whole in some places.
    const reader = new MsgReaderModule.default(new DataView(new Uint8Array(bytes).buffer));
    const fields = reader.getFileData();
    // The library finds no properties, and reports no error, if their names are damaged.
    const { subject, body, bodyHtml, html, compressedRtf } = fields;
    if (!fields.error && [subject, body, bodyHtml, html, compressedRtf].some((value) => value !== undefined)) return { reader, fields };
  } catch (error) {
    if (isExhausted(error)) throw error;
    throw new Failure('DOCUMENT_BROKEN', {}, { cause: error });
  }
  throw new Failure('DOCUMENT_BROKEN');
}

function nameOf({ fileName, name, fileNameShort }: FieldsData): string {
  return words(fileName ?? name ?? fileNameShort);
}

/** Returns the value if it is a string: in a damaged message a property may have any type. */
function words(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Returns true for exhausted limits only: an offset outside the file is a RangeError, too, but means damage. */
function isExhausted(error: unknown): boolean {
  return error instanceof RangeError && /call stack|string length/i.test(error.message);
}

function htmlOf({ bodyHtml, html, internetCodepage }: FieldsData): string {
  if (bodyHtml) return words(bodyHtml);
  if (!(html instanceof Uint8Array)) return words(html);
  const encoding = internetCodepage === 65_001 ? 'utf-8' : internetCodepage ? `windows-${internetCodepage}` : undefined;
  return decodeText(html, encoding) ?? '';
}

/** Returns true for an image shown in the body, which is layout. */
function isInBody(id: string | undefined, fields: FieldsData): boolean {
  return Boolean(id) && htmlOf(fields).includes(`cid:${id}`);
}

function recipients({ recipients: all }: FieldsData, type: 'to' | 'cc'): string {
  return (all ?? [])
    .filter(({ recipType }) => (recipType ?? 'to') === type)
    .map(({ name, smtpAddress, email }) => mailbox(name, smtpAddress ?? email))
    .join(', ');
}

/** Formats a sender or recipient. An internal Exchange address (`/O=…`) is left out, because it is meaningless elsewhere. */
function mailbox(givenName: unknown, address: unknown): string {
  const name = words(givenName);
  const shown = words(address).startsWith('/') ? '' : words(address);
  return name && shown && name !== shown ? `${name} <${shown}>` : name || shown;
}
