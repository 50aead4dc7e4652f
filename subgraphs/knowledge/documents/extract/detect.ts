import { Failure } from '../../../../schema/errors.ts';
import { archiveKind, compoundKind, type Contained } from './containers.ts';
import { languageOf } from './data/languages.ts';
import { decodeText } from './decode.ts';
import { MEDIA_TYPES, type Declared, type DocumentKind } from './extraction.ts';

const EXTENSIONS: Record<string, DocumentKind> = {
  pdf: 'pdf',
  docx: 'docx',
  docm: 'docx',
  dotx: 'docx',
  xlsx: 'xlsx',
  xlsm: 'xlsx',
  xltx: 'xlsx',
  pptx: 'pptx',
  pptm: 'pptx',
  ppsx: 'pptx',
  potx: 'pptx',
  odt: 'odt',
  ott: 'odt',
  ods: 'ods',
  ots: 'ods',
  odp: 'odp',
  otp: 'odp',
  epub: 'epub',
  rtf: 'rtf',
  eml: 'eml',
  msg: 'msg',
  mht: 'mht',
  mhtml: 'mht',
  html: 'html',
  htm: 'html',
  xhtml: 'html',
  md: 'markdown',
  markdown: 'markdown',
  csv: 'csv',
  tsv: 'csv',
  ipynb: 'ipynb',
  json: 'json',
  geojson: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  xml: 'xml',
  rss: 'xml',
  atom: 'xml',
  txt: 'text',
  text: 'text',
  log: 'text',
};

/** Text formats, which bytes alone cannot distinguish, so the file name decides. */
const TEXTUAL = new Set<DocumentKind>(['html', 'markdown', 'csv', 'ipynb', 'json', 'jsonl', 'xml', 'eml', 'mht', 'code', 'text']);

/** Signatures of unsupported formats, with names for the error message. */
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
];

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const RTF = [0x7b, 0x5c, 0x72, 0x74];
const COMPOUND_FILE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/**
 * Detects the kind of a file by its content. Throws `DOCUMENT_TYPE_UNSUPPORTED` for an unsupported format, and
 * `DOCUMENT_TYPE_MISMATCH` if the content contradicts the file name or the media type.
 */
export async function detectKind(bytes: Uint8Array, declared: Declared): Promise<DocumentKind> {
  const expected = declaredKind(declared);
  const found = await contentKind(bytes, expected);
  if (found === 'text') {
    if (expected && !TEXTUAL.has(expected)) throw mismatch('plain text', expected);
    return expected ?? textKind(bytes);
  }
  if (expected && expected !== found) throw mismatch(NAMES[found], expected);
  return found;
}

/** Returns the kind by the file extension, else by the media type; null if neither is known. */
export function declaredKind({ name, mediaType }: Declared): DocumentKind | null {
  const extension = /\.([a-z0-9]{1,10})$/i.exec(name.trim())?.[1]?.toLowerCase() ?? '';
  const byName = EXTENSIONS[extension];
  if (byName && !isCodeName(name)) return byName;
  if (languageOf(name) !== null) return 'code';
  // The last part of a name such as `report.final` is not an extension.
  const type = mediaType.split(';')[0]!.trim().toLowerCase();
  const byType = TYPES[type] ?? (Object.entries(MEDIA_TYPES) as [DocumentKind, string][]).find(([, known]) => known === type)?.[0];
  // Browsers send text/plain for unknown files, and an unknown extension proves nothing.
  return byType === 'text' ? null : (byType ?? null);
}

async function contentKind(bytes: Uint8Array, expected: DocumentKind | null): Promise<DocumentKind> {
  // The header of a PDF may be anywhere in the first kilobyte; in a message it belongs to an attachment.
  const isMessage = (expected === 'eml' || expected === 'mht') && !startsWith(bytes, PDF);
  if (!isMessage && Buffer.from(bytes.subarray(0, 1024)).includes('%PDF-')) return 'pdf';
  if (startsWith(bytes, ZIP)) return known(await archiveKind(bytes), expected);
  if (startsWith(bytes, COMPOUND_FILE)) return known(compoundKind(bytes), expected);
  if (startsWith(bytes, RTF)) return 'rtf';
  const foreign = FOREIGN.find(([, offset, magic]) => startsWith(bytes.subarray(offset), magic));
  if (foreign) throw unsupported(foreign[0], expected);
  // Parts of a message may have different encodings, or none.
  if (isMessage) return 'text';
  const start = decodeText(bytes.subarray(0, 65_536));
  if (start === null) throw unsupported('binary data', expected);
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*|<!doctype\s+svg[^>]*>\s*)*<svg[\s>]/i.test(start))
    throw unsupported('an SVG picture', expected);
  return 'text';
}

function known(contained: Contained, expected: DocumentKind | null): DocumentKind {
  if ('kind' in contained) return contained.kind;
  throw unsupported(contained.foreign, expected);
}

/** Detects the kind of a text by its beginning, if the name does not determine it. */
function textKind(bytes: Uint8Array): DocumentKind {
  if (looksLikeHtml(bytes)) return 'html';
  const start = decodeText(bytes.subarray(0, 4096)) ?? '';
  if (/^\s*<\?xml\s/.test(start)) return 'xml';
  const head = start.split(/\r?\n\r?\n/, 1)[0]!;
  const names = [...head.matchAll(/^([A-Za-z][\w-]{1,40}):/gm)].map(([, name]) => name!.toLowerCase());
  if (names.includes('mime-version') && /^content-type:\s*(multipart\/related|text\/html)/im.test(head) && !names.includes('to'))
    return 'mht';
  if (/^[A-Za-z][\w-]{1,40}:|^From /.test(head) && names.filter((name) => HEADERS.has(name)).length >= 3) return 'eml';
  if (/^#!\s*\/\S+/.test(start)) return 'code';
  return 'text';
}

const HEADERS = new Set(['from', 'to', 'date', 'subject', 'message-id', 'mime-version', 'received', 'return-path', 'content-type']);
const PDF = [...Buffer.from('%PDF-')];

/** Returns true for source files such as `CMakeLists.txt`, which are recognised by the whole name. */
function isCodeName(name: string): boolean {
  return /\.txt$/i.test(name) && languageOf(name) !== null;
}

/** Additional media types of these kinds. */
const TYPES: Record<string, DocumentKind> = {
  'application/xhtml+xml': 'html',
  'application/vnd.ms-excel.sheet.macroenabled.12': 'xlsx',
  'application/vnd.ms-powerpoint.presentation.macroenabled.12': 'pptx',
  'application/vnd.ms-word.document.macroenabled.12': 'docx',
  'text/rtf': 'rtf',
  'application/x-mimearchive': 'mht',
  'text/xml': 'xml',
  'application/rss+xml': 'xml',
  'application/atom+xml': 'xml',
  'application/x-ndjson': 'jsonl',
  'application/ndjson': 'jsonl',
  'application/jsonlines': 'jsonl',
  'application/geo+json': 'json',
  'text/tab-separated-values': 'csv',
};

export const READABLE_KINDS =
  'PDF, Word, Excel, PowerPoint, OpenDocument, EPUB, RTF, e-mail, HTML, Markdown, CSV, JSON, XML, notebooks, source code and plain text';

function unsupported(what: string, expected: DocumentKind | null): Failure {
  if (expected) return mismatch(what, expected);
  const reason = `The file is ${what}${what.includes(', which') ? '. As it is it' : ', which'} cannot be read. ${READABLE_KINDS} can.`;
  return new Failure('DOCUMENT_TYPE_UNSUPPORTED', { reason });
}

function mismatch(what: string, expected: DocumentKind): Failure {
  return new Failure('DOCUMENT_TYPE_MISMATCH', {
    reason: `The content of the file is ${what}, though it was declared as ${NAMES[expected]}.`,
  });
}

const NAMES: Record<DocumentKind, string> = {
  pdf: 'a PDF',
  docx: 'a Word document',
  xlsx: 'an Excel workbook',
  pptx: 'a PowerPoint presentation',
  odt: 'an OpenDocument text',
  ods: 'an OpenDocument spreadsheet',
  odp: 'an OpenDocument presentation',
  epub: 'an EPUB book',
  rtf: 'an RTF document',
  eml: 'an e-mail',
  msg: 'an Outlook message',
  mht: 'a saved web page',
  html: 'HTML',
  markdown: 'Markdown',
  csv: 'CSV',
  ipynb: 'a notebook',
  json: 'JSON',
  jsonl: 'JSON Lines',
  xml: 'XML',
  code: 'source code',
  text: 'plain text',
};

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
