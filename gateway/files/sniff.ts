/** Number of leading bytes that `sniffMediaType` needs; shorter files pass what they have. */
export const SNIFF_BYTES = 4096;

const BINARY_MAGIC: readonly [type: string, bytes: readonly number[]][] = [
  ['application/gzip', [0x1f, 0x8b]],
  ['application/x-ole-storage', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ['image/gif', [0x47, 0x49, 0x46, 0x38]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
];
const PDF_WITHIN = 1024;

/**
 * Detects the media type from content: `application/pdf`, `application/zip` (includes DOCX), another known binary type,
 * `text/html`, `text/plain`, or undefined. The client's name and type are ignored.
 */
export function sniffMediaType(head: Buffer): string | undefined {
  // PDF readers accept garbage before the header, which is used to disguise files.
  if (head.subarray(0, PDF_WITHIN).includes('%PDF-')) return 'application/pdf';
  if (startsWith(head, [0x50, 0x4b, 0x03, 0x04]) || startsWith(head, [0x50, 0x4b, 0x05, 0x06])) return 'application/zip';
  const [type] = BINARY_MAGIC.find(([, bytes]) => startsWith(head, bytes)) ?? [];
  if (type) return type;
  if (!looksLikeText(head)) return undefined;
  return /^\s*(<!doctype html|<html|<head|<body|<script)/i.test(head.toString('latin1').replace(/^\xef\xbb\xbf/, ''))
    ? 'text/html'
    : 'text/plain';
}

function startsWith(head: Buffer, bytes: readonly number[]): boolean {
  return bytes.every((byte, position) => head[position] === byte);
}

/** No control characters except tab, line feed, form feed, carriage return and escape; or UTF-16 with a byte order mark. */
function looksLikeText(head: Buffer): boolean {
  const isUtf16 = startsWith(head, [0xff, 0xfe]) || startsWith(head, [0xfe, 0xff]);
  if (isUtf16) return true;
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d || byte === 0x1b);
}
