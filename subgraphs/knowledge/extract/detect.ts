import { Failure } from '../../../schema/errors.ts';
import { archiveNames } from './archive.ts';
import { decodeText } from './decode.ts';
import { MEDIA_TYPES, type Declared, type DocumentKind } from './extraction.ts';

const EXTENSIONS: Record<string, DocumentKind> = {
  pdf: 'pdf',
  docx: 'docx',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  md: 'markdown',
  markdown: 'markdown',
  csv: 'csv',
  tsv: 'csv',
  txt: 'text',
  text: 'text',
  log: 'text',
};

/** Beginnings of files that are certainly none of ours, and what to call them. */
const FOREIGN: [name: string, offset: number, bytes: number[]][] = [
  ['a PNG picture', 0, [0x89, 0x50, 0x4e, 0x47]],
  ['a JPEG picture', 0, [0xff, 0xd8, 0xff]],
  ['a GIF picture', 0, [0x47, 0x49, 0x46, 0x38]],
  ['a WebP picture or a sound', 0, [0x52, 0x49, 0x46, 0x46]],
  ['a TIFF picture', 0, [0x49, 0x49, 0x2a, 0x00]],
  ['a video', 4, [0x66, 0x74, 0x79, 0x70]],
  ['a gzip archive', 0, [0x1f, 0x8b]],
  ['a 7z archive', 0, [0x37, 0x7a, 0xbc, 0xaf]],
  ['a RAR archive', 0, [0x52, 0x61, 0x72, 0x21]],
  ['a program', 0, [0x7f, 0x45, 0x4c, 0x46]],
  ['a program', 0, [0x4d, 0x5a, 0x90, 0x00]],
  ['PostScript', 0, [0x25, 0x21, 0x50, 0x53]],
  ['an RTF document', 0, [0x7b, 0x5c, 0x72, 0x74, 0x66]],
];

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/**
 * The kind of a file by its content. Throws `DOCUMENT_TYPE_UNSUPPORTED` for what cannot be read, and
 * `DOCUMENT_TYPE_MISMATCH` where the content is not what the name or the media type says.
 */
export async function detectKind(bytes: Uint8Array, declared: Declared): Promise<DocumentKind> {
  const expected = declaredKind(declared);
  const found = await contentKind(bytes, expected);
  if (found === 'text') {
    if (expected === 'pdf' || expected === 'docx') throw mismatch('plain text', expected);
    return expected ?? (looksLikeHtml(bytes) ? 'html' : 'text');
  }
  if (expected && expected !== found) throw mismatch(nameOf(found), expected);
  return found;
}

/** By the extension, or else by the media type; null where both say nothing. */
export function declaredKind({ name, mediaType }: Declared): DocumentKind | null {
  const extension = /\.([a-z0-9]{1,10})$/i.exec(name.trim())?.[1]?.toLowerCase() ?? '';
  const byName = EXTENSIONS[extension];
  if (byName) return byName;
  const type = mediaType.split(';')[0]!.trim().toLowerCase();
  const byType = (Object.entries(MEDIA_TYPES) as [DocumentKind, string][]).find(([, known]) => known === type)?.[0];
  // Browsers say text/plain for whatever they do not know, and an unknown extension proves nothing.
  return byType === 'text' ? null : (byType ?? null);
}

async function contentKind(bytes: Uint8Array, expected: DocumentKind | null): Promise<'pdf' | 'docx' | 'text'> {
  // The header of a PDF may stand anywhere in the first kilobyte.
  if (Buffer.from(bytes.subarray(0, 1024)).includes('%PDF-')) return 'pdf';
  if (startsWith(bytes, ZIP)) return archiveKind(bytes, expected);
  if (startsWith(bytes, COMPOUND_FILE)) throw compoundFailure(bytes, expected);
  const foreign = FOREIGN.find(([, offset, magic]) => startsWith(bytes.subarray(offset), magic));
  if (foreign) throw unsupported(foreign[0], expected);
  const start = decodeText(bytes.subarray(0, 65_536));
  if (start === null) throw unsupported('binary data', expected);
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!doctype\s+svg[^>]*>\s*)*<svg[\s>]/i.test(start))
    throw unsupported('an SVG picture', expected);
  return 'text';
}

async function archiveKind(bytes: Uint8Array, expected: DocumentKind | null): Promise<'docx'> {
  const names = await archiveNames(bytes);
  if (names.some((name) => name === 'word/document.xml')) return 'docx';
  const what = names.some((name) => name.startsWith('xl/'))
    ? 'an Excel workbook'
    : names.some((name) => name.startsWith('ppt/'))
      ? 'a PowerPoint presentation'
      : names.includes('META-INF/container.xml')
        ? 'an EPUB book'
        : 'a ZIP archive';
  throw unsupported(what, expected);
}

/** Office files with a password, and those of Word before 2007, are compound files. */
function compoundFailure(bytes: Uint8Array, expected: DocumentKind | null): Failure {
  const encrypted = Buffer.from(bytes).includes(Buffer.from('EncryptedPackage', 'utf16le'));
  return encrypted ? new Failure('DOCUMENT_ENCRYPTED') : unsupported('an old Office file', expected);
}

function unsupported(what: string, expected: DocumentKind | null): Failure {
  if (expected) return mismatch(what, expected);
  const reason = `The file is ${what}, which cannot be read. PDF, DOCX, HTML, Markdown, CSV and plain text can.`;
  return new Failure('DOCUMENT_TYPE_UNSUPPORTED', { reason });
}

function mismatch(what: string, expected: DocumentKind): Failure {
  return new Failure('DOCUMENT_TYPE_MISMATCH', {
    reason: `The content of the file is ${what}, though it was declared as ${nameOf(expected)}.`,
  });
}

function nameOf(kind: DocumentKind): string {
  return { pdf: 'a PDF', docx: 'a Word document', html: 'HTML', markdown: 'Markdown', csv: 'CSV', text: 'plain text' }[kind];
}

function looksLikeHtml(bytes: Uint8Array): boolean {
  return /^\s*(<!--[\s\S]*?-->\s*)*<(!doctype\s+html|html)[\s>]/i.test(
    Buffer.from(bytes.subarray(0, 2048))
      .toString('latin1')
      .replace(/^\xef\xbb\xbf/, ''),
  );
}

function startsWith(bytes: Uint8Array, magic: number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
