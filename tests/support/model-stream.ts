import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { defaultAnswer, lastUserMessage, toTokens, type ModelRequest, type Reply } from './model-script.ts';

const CREATED = 1_700_000_000;

/** Writes one chat completion in OpenAI's format, streamed or whole, with the fault that the reply asks for. */
export async function writeChat(response: ServerResponse, request: ModelRequest, reply: Reply): Promise<void> {
  if (reply.firstDelayMs ?? reply.delayMs) await pause(reply.firstDelayMs ?? reply.delayMs);
  if (!request.body.stream) return writeWhole(response, request, reply);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const stream = new ChatStream(response, request, reply);
  if (reply.fault && reply.fault in FAULTS) return FAULTS[reply.fault as keyof typeof FAULTS](stream);
  await stream.text();
  if (reply.goesOnUntil) await stream.goOnUntil(reply.goesOnUntil);
  await stream.toolCalls(reply.toolCalls ?? []);
  stream.end(finishOf(reply));
}

function finishOf(reply: Reply): string {
  if (reply.fault === 'length' || reply.fault === 'content_filter') return reply.fault;
  return reply.toolCalls?.length ? 'tool_calls' : 'stop';
}

function piecesOf(request: ModelRequest, reply: Reply): string[] {
  if (reply.chunks) return reply.chunks;
  if (reply.text !== undefined) return toTokens(reply.text);
  if (reply.toolCalls) return [];
  const citations = (reply.cite ?? []).map((number) => ` [${number}]`).join('');
  return toTokens(defaultAnswer(lastUserMessage(request.body), reply.tokens ?? 20) + citations);
}

function writeWhole(response: ServerResponse, request: ModelRequest, reply: Reply): void {
  const pieces = piecesOf(request, reply);
  const message = {
    role: 'assistant',
    content: pieces.join(''),
    ...(reply.toolCalls ? { tool_calls: reply.toolCalls.map((call, index) => toolCall(index, call)) } : {}),
  };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'chatcmpl-scripted',
      object: 'chat.completion',
      created: CREATED,
      model: request.body.model,
      choices: [{ index: 0, message, finish_reason: finishOf(reply) }],
      usage: usageOf(request, pieces.length),
    }),
  );
}

function toolCall(index: number, call: { name: string; arguments: unknown }) {
  const text = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
  return { id: `call_${index + 1}`, type: 'function', function: { name: call.name, arguments: text } };
}

function usageOf(request: ModelRequest, outputTokens: number) {
  const inputTokens = toTokens(JSON.stringify(request.body.messages ?? [])).length;
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens };
}

class ChatStream {
  readonly pieces: string[];
  readonly #begun = performance.now();
  #sent = 0;

  readonly response: ServerResponse;
  readonly request: ModelRequest;
  readonly reply: Reply;

  constructor(response: ServerResponse, request: ModelRequest, reply: Reply) {
    this.response = response;
    this.request = request;
    this.reply = reply;
    this.pieces = piecesOf(request, reply);
  }

  async text(pieces: string[] = this.pieces): Promise<void> {
    for (const piece of pieces) {
      await this.#pace();
      if (this.response.destroyed) return;
      this.delta({ content: piece });
      if (this.response.writableNeedDrain) await drained(this.response);
    }
  }

  /** Repeats tokens until `enough` resolves. */
  async goOnUntil(enough: Promise<unknown>): Promise<void> {
    let isEnough = false;
    void enough.then(() => (isEnough = true));
    while (!isEnough && !this.response.destroyed) await this.text([' and so on']);
  }

  async toolCalls(calls: { name: string; arguments: unknown }[]): Promise<void> {
    for (const [index, call] of calls.entries()) {
      await this.#pace();
      const { id, function: named } = toolCall(index, call);
      const half = Math.ceil(named.arguments.length / 2);
      this.delta({ tool_calls: [{ index, id, type: 'function', function: { name: named.name, arguments: '' } }] });
      this.delta({ tool_calls: [{ index, function: { arguments: named.arguments.slice(0, half) } }] });
      this.delta({ tool_calls: [{ index, function: { arguments: named.arguments.slice(half) } }] });
    }
  }

  /** Ignores a refused write after the client has left. */
  event(data: string): void {
    if (!this.response.destroyed) this.response.write(`data: ${data}\n\n`);
  }

  delta(delta: object, finishReason: string | null = null): void {
    this.event(this.frame([{ index: 0, delta, finish_reason: finishReason }]));
  }

  frame(choices: object[], usage?: object): string {
    const frame = { id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: CREATED, model: this.request.body.model, choices };
    return JSON.stringify(usage ? { ...frame, usage } : frame);
  }

  end(finishReason: string): void {
    this.delta({}, finishReason);
    const wanted = this.request.body.stream_options?.include_usage && this.reply.usage !== false && this.reply.fault !== 'no-usage';
    if (wanted) this.event(this.frame([], usageOf(this.request, this.#sent)));
    this.event('[DONE]');
    this.response.end();
  }

  /** Keeps the requested rate, also when timers are late. */
  async #pace(): Promise<void> {
    const early = this.#begun + (this.reply.delayMs ?? 0) * this.#sent - performance.now();
    this.#sent += 1;
    if (early > 0) await pause(early);
  }
}

/** Waits until the client has read on, or has left. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

const FAULTS = {
  'stall-after-first': async (stream: ChatStream) => stream.text(stream.pieces.slice(0, 1)),
  'destroy-mid': async (stream: ChatStream) => {
    await stream.text(stream.pieces.slice(0, 3));
    stream.response.write(': ', () => stream.response.destroy());
  },
  'eof-no-finish': async (stream: ChatStream) => {
    await stream.text();
    stream.response.end();
  },
  malformed: async (stream: ChatStream) => {
    await stream.text(stream.pieces.slice(0, 2));
    stream.event('{"choices": [{"delta": {"content": ');
    stream.end('stop');
  },
  'error-event': async (stream: ChatStream) => {
    await stream.text(stream.pieces.slice(0, 2));
    stream.event(JSON.stringify({ error: { message: 'The server had an error while processing your request.', type: 'server_error' } }));
    stream.response.end();
  },
  'split-utf8': async (stream: ChatStream) => {
    const text = stream.pieces.join('') + ' 👩‍👩‍👧 grüße 日本';
    const bytes = Buffer.from(`data: ${stream.frame([{ index: 0, delta: { content: text }, finish_reason: null }])}\n\n`);
    for (let start = 0; start < bytes.length; start += 7) {
      stream.response.write(bytes.subarray(start, start + 7));
      await pause(1);
    }
    stream.end('stop');
  },
  huge: async (stream: ChatStream) => {
    await stream.text(Array.from({ length: 10_000 }, () => 'word '.repeat(200)));
    stream.end('stop');
  },
  'huge-chunk': async (stream: ChatStream) => {
    await stream.text(['x'.repeat(10_000_000)]);
    stream.end('stop');
  },
  'bad-tool-json': async (stream: ChatStream) => {
    await stream.toolCalls([{ name: 'calculate', arguments: '{"expression": "1 +' }]);
    stream.end('tool_calls');
  },
  'unknown-tool': async (stream: ChatStream) => {
    await stream.toolCalls([{ name: 'launch_rocket', arguments: {} }]);
    stream.end('tool_calls');
  },
  'many-tools': async (stream: ChatStream) => {
    await stream.toolCalls(Array.from({ length: 200 }, (_, index) => ({ name: 'calculate', arguments: { expression: `${index} + 1` } })));
    stream.end('tool_calls');
  },
  'duplicate-chunk': async (stream: ChatStream) => {
    await stream.text(stream.pieces.flatMap((piece, index) => (index === 1 ? [piece, piece] : [piece])));
    stream.end('stop');
  },
};
