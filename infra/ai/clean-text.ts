const HIGH_SURROGATE = /[\ud800-\udbff]$/;

/**
 * Makes the pieces of a stream fit to be stored, each by itself: PostgreSQL takes neither NUL nor half a
 * surrogate pair, and models send both, the second by cutting an emoji between two chunks.
 */
export class CleanText {
  private half = '';

  next(piece: string): string {
    const text = this.half + piece;
    this.half = HIGH_SURROGATE.exec(text)?.[0] ?? '';
    return clean(text.slice(0, text.length - this.half.length));
  }
}

/** The same for JSON text, where these come as escapes. Text that is no JSON has no escapes and stays as it is. */
export function cleanJson(text: string): string {
  if (!/\\u(0000|d[89a-f])/i.test(text)) return clean(text);
  try {
    return JSON.stringify(JSON.parse(text, (_key, part: unknown) => (typeof part === 'string' ? clean(part) : part)));
  } catch {
    return clean(text);
  }
}

function clean(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}
