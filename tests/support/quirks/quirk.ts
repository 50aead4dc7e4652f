/** The response of a model server for one quirk: events of a stream, or a whole response. */
export type QuirkReply =
  readonly unknown[] | { status?: number; raw?: string | null; chunks?: readonly Uint8Array[]; headers?: Record<string, string | null> };

export interface QuirkRequest {
  /** The number of requests with this question so far, from 1. */
  n: number;
  body: Record<string, any>;
}

export type Quirks = Record<string, (request: QuirkRequest) => QuirkReply>;

export const EXPRESSION = '{"expression":"6*7"}';
export const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
export const ANSWER = 'The answer is fine.';
export const PIECES = ['The ', 'answer ', 'is ', 'fine.'];
export const JSON_TYPE = { 'content-type': 'application/json' };

export function chunk(delta: unknown, finish: string | null = null, more: object = {}): object {
  return {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'quirk',
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...more,
  };
}

export function call(index?: number, id?: string, name?: string, args?: unknown): object {
  return {
    ...(index === undefined ? {} : { index }),
    ...(id === undefined ? {} : { id }),
    type: 'function',
    function: { ...(name === undefined ? {} : { name }), ...(args === undefined ? {} : { arguments: args }) },
  };
}

export const plain = PIECES.map((content) => chunk({ content }));
export const whole = [...plain, chunk({}, 'stop')];

export function tool(...pieces: unknown[]): object[] {
  return [...pieces.map((piece) => chunk({ tool_calls: Array.isArray(piece) ? piece : [piece] })), chunk({}, 'tool_calls')];
}

export function events(list: readonly unknown[], { nl = '\n', sp = ' ', done = true } = {}): string {
  const lines = list.map((one) => `data:${sp}${typeof one === 'string' ? one : JSON.stringify(one)}${nl}${nl}`);
  return lines.join('') + (done ? `data:${sp}[DONE]${nl}${nl}` : '');
}

/** Returns an error with a JSON body. */
export function refusal(status: number, body: unknown, headers: Record<string, string> = {}): QuirkReply {
  return { status, raw: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers } };
}
