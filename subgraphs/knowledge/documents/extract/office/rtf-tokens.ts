export type RtfToken =
  { kind: 'open' } | { kind: 'close' } | { kind: 'byte'; byte: number } | { kind: 'word'; word: string; value: number | null };

const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Tokenises RTF (version 1.9.1): groups, control words with their parameter, and bytes of text. */
export function* tokensOf(bytes: Uint8Array): Generator<RtfToken> {
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at]!;
    if (byte === OPEN || byte === CLOSE) {
      yield { kind: byte === OPEN ? 'open' : 'close' };
      at += 1;
    } else if (byte !== BACKSLASH) {
      if (byte !== 0x0d && byte !== 0x0a && byte !== 0) yield { kind: 'byte', byte };
      at += 1;
    } else {
      const { token, next, binary } = controlAt(bytes, at + 1);
      if (token) yield token;
      at = next + binary;
    }
  }
}

/** Reads the control word after a backslash; the `binary` bytes after it are not RTF. */
function controlAt(bytes: Uint8Array, at: number): { token: RtfToken | null; next: number; binary: number } {
  const first = bytes[at];
  if (first === undefined) return { token: null, next: at, binary: 0 };
  if (!isLetter(first)) return symbolAt(bytes, at, String.fromCharCode(first));
  let end = at;
  while (end < bytes.length && end - at < 32 && isLetter(bytes[end]!)) end += 1;
  const word = latin(bytes, at, end);
  const start = end;
  if (bytes[end] === 0x2d) end += 1;
  while (end < bytes.length && end - start < 12 && isDigit(bytes[end]!)) end += 1;
  const value = end > start && isDigit(bytes[end - 1]!) ? Number(latin(bytes, start, end)) : null;
  if (value === null) end = start;
  const next = bytes[end] === 0x20 ? end + 1 : end;
  return { token: { kind: 'word', word, value }, next, binary: word === 'bin' ? Math.max(0, value ?? 0) : 0 };
}

function symbolAt(bytes: Uint8Array, at: number, symbol: string): { token: RtfToken | null; next: number; binary: number } {
  if (symbol === "'") {
    const byte = Number.parseInt(latin(bytes, at + 1, at + 3), 16);
    return { token: Number.isNaN(byte) ? null : { kind: 'byte', byte }, next: at + 3, binary: 0 };
  }
  const next = at + 1;
  if ('\\{}'.includes(symbol)) return { token: { kind: 'byte', byte: symbol.charCodeAt(0) }, next, binary: 0 };
  if (symbol === '\n' || symbol === '\r') return { token: { kind: 'word', word: 'par', value: null }, next, binary: 0 };
  return { token: '*~_'.includes(symbol) ? { kind: 'word', word: symbol, value: null } : null, next, binary: 0 };
}

const isLetter = (byte: number) => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

function latin(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

const CODE_PAGES: Record<number, string> = {
  866: 'ibm866',
  874: 'windows-874',
  932: 'shift_jis',
  936: 'gb18030',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  10007: 'x-mac-cyrillic',
  65001: 'utf-8',
};

export function encodingOfCodePage(page: number): string {
  return CODE_PAGES[page] ?? (page >= 1250 && page <= 1258 ? `windows-${page}` : 'windows-1252');
}

/** Maps the `\fcharset` of a font to an encoding; null for the default and for symbol fonts. */
export function encodingOfCharset(charset: number): string | null {
  const page = CHARSETS[charset];
  return page === undefined ? null : encodingOfCodePage(page);
}

const CHARSETS: Record<number, number> = {
  0: 1252,
  77: 10000,
  128: 932,
  129: 949,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
};
