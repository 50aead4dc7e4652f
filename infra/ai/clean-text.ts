const HIGH_SURROGATE = /[\ud800-\udbff]$/;

/**
 * Sanitises the chunks of a stream so that each can be stored: PostgreSQL accepts neither NUL nor lone surrogates, and
 * models send both, the latter by splitting an emoji between two chunks.
 */
export class CleanText {
  #half = '';

  next(piece: string): string {
    const text = this.#half + piece;
    this.#half = HIGH_SURROGATE.exec(text)?.[0] ?? '';
    return clean(text.slice(0, text.length - this.#half.length));
  }
}

/** Does the same for JSON text, where they are escaped. Invalid JSON is returned unchanged. */
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
