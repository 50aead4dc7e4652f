/** One scripted reply of the model server, with its faults. */
export interface Reply {
  /** The endpoint that it answers; chat completions when absent. */
  for?: 'chat' | 'embeddings' | 'models';
  /** Answers only a matching request with this reply; others leave it in the queue. */
  when?: (request: ModelRequest) => boolean;
  /** The text of the answer, sent token by token; `defaultAnswer` when absent. */
  text?: string;
  /** The text of the answer in exactly these chunks. */
  chunks?: string[];
  /** The number of tokens of the default answer. */
  tokens?: number;
  /** Appends these citations to the default answer, as in `[1]`. */
  cite?: number[];
  /** The pause before each chunk. */
  delayMs?: number;
  /** The pause before the response begins; `delayMs` when absent. */
  firstDelayMs?: number;
  /** Delays the response until this resolves. */
  until?: Promise<unknown>;
  /** Appends tokens to the text until this resolves. */
  goesOnUntil?: Promise<unknown>;
  toolCalls?: { name: string; arguments: unknown }[];
  /** False omits the usage. */
  usage?: boolean;
  fault?: Fault;
  /** Seconds or an HTTP date, sent with an error status. */
  retryAfter?: string | number;
}

/** Faults whose response is only a status and an error body. */
export const STATUS_FAULTS = {
  '400': { status: 400, code: 'invalid_request_error', message: 'Bad request.' },
  'no-temperature': {
    status: 400,
    code: 'unsupported_value',
    message: "Unsupported value: 'temperature' does not support 0.2 with this model.",
  },
  '401': { status: 401, code: 'invalid_api_key', message: 'Incorrect API key provided: sk-secret.' },
  '402': { status: 402, code: 'insufficient_quota', message: 'Payment required.' },
  '403': { status: 403, code: 'forbidden', message: 'This account may not use the model.' },
  '429': { status: 429, code: 'rate_limit_exceeded', message: 'Rate limit reached.' },
  '429-quota': { status: 429, code: 'insufficient_quota', message: 'You exceeded your current quota.' },
  '500': { status: 500, code: 'server_error', message: 'The server had an error.' },
  '503': { status: 503, code: 'overloaded', message: 'The engine is overloaded.' },
  '529': { status: 529, code: 'overloaded_error', message: 'Overloaded.' },
  'model-404': { status: 404, code: 'model_not_found', message: 'The model does not exist.' },
  'context-too-long': { status: 400, code: 'context_length_exceeded', message: "This model's maximum context length is 8192 tokens." },
} as const;

export type Fault =
  | keyof typeof STATUS_FAULTS
  /** Closes the socket before the first byte. */
  | 'refuse'
  | 'hang'
  | 'stall-after-first'
  | 'destroy-mid'
  | 'eof-no-finish'
  | 'malformed'
  | 'error-event'
  | 'html-200'
  | 'length'
  | 'content_filter'
  | 'split-utf8'
  /** Sends far more text than an answer may have, in many chunks. */
  | 'huge'
  /** Sends one chunk of 10 MB. */
  | 'huge-chunk'
  | 'bad-tool-json'
  | 'unknown-tool'
  | 'many-tools'
  | 'no-usage'
  | 'duplicate-chunk';

export interface ModelRequest {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: ModelRequestBody;
  /** True once the client closed the connection before the response was complete. */
  aborted: boolean;
  /** `performance.now()` at the arrival, and when the client closed the connection. */
  at: number;
  abortedAt?: number;
}

export interface ModelRequestBody {
  model?: string;
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  messages?: { role: string; content: unknown; tool_calls?: unknown[]; tool_call_id?: string }[];
  tools?: { function: { name: string } }[];
  input?: string | string[];
  encoding_format?: 'float' | 'base64';
  [key: string]: unknown;
}

const WORDS =
  'river stone lantern harbour meadow copper thread winter orchard signal paper bridge morning anchor velvet compass garden thunder window ladder'.split(
    ' ',
  );

/** Returns a deterministic answer of exactly `tokens` chunks for the message. */
export function defaultAnswer(message: string, tokens: number): string {
  let state = 2166136261;
  for (const character of message) state = Math.imul(state ^ character.codePointAt(0)!, 16777619);
  const words = Array.from({ length: tokens }, (_, index) => {
    state = Math.imul(state ^ (state >>> 15), 2246822519) + index;
    return WORDS[(state >>> 0) % WORDS.length]! + (index % 12 === 11 ? '.' : '');
  });
  return words.join(' ');
}

/** Splits a text as a model streams it: a word with the space before it. */
export function toTokens(text: string): string[] {
  return text.match(/\s*\S+|\s+$/gu) ?? [];
}

export function lastUserMessage(body: ModelRequestBody): string {
  const content = body.messages?.findLast((message) => message.role === 'user')?.content;
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}

/** Returns whether the request is for the title of a conversation, which is sent beside those for answers. */
export function isTitle({ body }: ModelRequest): boolean {
  return String(body.messages?.[0]?.content).startsWith('Write a title');
}

/** Limits a reply to answers, since a title may be requested at any moment. */
export function answering(reply: Reply): Reply {
  return { ...reply, when: (request) => !isTitle(request) };
}

/** Returns a vector of hashed word counts: texts that share words are near one another. */
export function embedWords(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    let hash = 2166136261;
    for (let index = 0; index < word.length; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 16777619);
    const slot = (hash >>> 0) % dimensions;
    vector[slot] = vector[slot]! + 1;
  }
  const length = Math.hypot(...vector);
  if (length === 0) return vector.with(0, 1);
  return vector.map((value) => value / length);
}
