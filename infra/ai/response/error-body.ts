import { withoutKeys } from '../ai.ts';

/** A provider's error: its message, and all words that may identify its kind. */
export interface Saying {
  /** The provider's message without keys, for administrators. */
  sentence: string;
  /** The message, codes, types and parameter names, for pattern matching. */
  words: string;
  /** The HTTP status in the body, for errors within a response of status 200. */
  status?: number;
}

const MAX_SENTENCE = 2_000;
const MAX_DEPTH = 5;

/** Parses error bodies in all forms that servers send. A body that is not JSON is the message. */
export function readErrorBody(body: unknown): Saying {
  const parts = new Parts();
  if (typeof body === 'string') parts.takeText(body);
  else parts.take(body, 0);
  const sentence = withoutKeys([...new Set(parts.sentences)].join(' ')).slice(0, MAX_SENTENCE);
  const words = [...parts.sentences, ...parts.codes].join(' ').slice(0, 2 * MAX_SENTENCE);
  return { sentence, words, ...(parts.status === undefined ? {} : { status: parts.status }) };
}

/** Returns true for JSON that reports an error. */
export function isErrorBody(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => isErrorBody(item));
  if (typeof value !== 'object' || value === null) return false;
  const { error, object, type, detail, choices } = value as Record<string, unknown>;
  if (error) return true;
  return object === 'error' || type === 'error' || (detail !== undefined && choices === undefined);
}

class Parts {
  sentences: string[] = [];
  codes: string[] = [];
  status: number | undefined;

  take(value: unknown, depth: number): void {
    if (depth > MAX_DEPTH || value === null || value === undefined) return;
    if (typeof value === 'string') return this.takeText(value);
    if (Array.isArray(value)) return value.slice(0, 20).forEach((item) => this.take(item, depth + 1));
    if (typeof value === 'object') this.#takeObject(value as Record<string, unknown>, depth);
  }

  takeText(text: string): void {
    const trimmed = text.trim();
    const inner = jsonOf(trimmed);
    if (inner !== undefined) return this.take(inner, 1);
    const plain = /^<(!doctype|html|\?xml)/i.test(trimmed) ? pageText(trimmed) : trimmed;
    if (plain) this.sentences.push(plain.slice(0, MAX_SENTENCE));
  }

  #takeObject(value: Record<string, unknown>, depth: number): void {
    for (const key of ['code', 'status', 'status_code', 'http_status', 'type', 'error_type', 'param', 'reason', '__type'])
      this.#takeCode(value[key]);
    // A validation error of FastAPI repeats the request under `input`, so only its place and its message are read.
    if (Array.isArray(value['loc'])) this.codes.push(value['loc'].join('.'));
    for (const key of [
      'message',
      'Message',
      'msg',
      'error_description',
      'title',
      'detail',
      'details',
      'error',
      'errors',
      'innererror',
      'metadata',
      'raw',
      'retryDelay',
    ])
      if (key === 'retryDelay' && typeof value[key] === 'string') this.codes.push(`retry in ${value[key]}`);
      else this.take(value[key], depth + 1);
  }

  #takeCode(code: unknown): void {
    const number = typeof code === 'number' ? code : typeof code === 'string' && /^[45]\d\d$/.test(code) ? Number(code) : undefined;
    if (number !== undefined) {
      if (number >= 400 && number < 600) this.status ??= number;
    } else if (typeof code === 'string' && code.length < 200) this.codes.push(code);
  }
}

function jsonOf(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns the title of an HTML page, or the beginning of its text. */
function pageText(html: string): string {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(html)?.[1]?.trim();
  return title
    ? `A page: ${title}`
    : html
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, 200);
}
