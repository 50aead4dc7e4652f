import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { embedWords, STATUS_FAULTS, type ModelRequest, type Reply } from './model-script.ts';
import { writeChat } from './model-stream.ts';

export interface ModelServer {
  /** The value for OPENAI_BASE_URL. */
  url: string;
  /** Every request, in the order of arrival. */
  requests: ModelRequest[];
  /** Returns the number of requests that the client aborted. */
  aborted(): number;
  /** Queues replies; each is used once, then `otherwise` applies again. */
  reply(...replies: Reply[]): void;
  /** The reply when the queue is empty: a fixed one, or one made from the request. */
  otherwise: Reply | ((request: ModelRequest) => Reply);
  /** Clears the queue and the requests. */
  clear(): void;
  stop(): Promise<void>;
}

export interface ModelServerOptions {
  port?: number;
  otherwise?: ModelServer['otherwise'];
  models?: string[];
  embeddingDimensions?: number;
}

/** Starts a real HTTP server that speaks OpenAI's wire protocol and sends scripted replies. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const queue: Reply[] = [];
  const requests: ModelRequest[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request: ModelRequest = {
      path: incoming.url ?? '/',
      headers: incoming.headers,
      body: await readJson(incoming),
      aborted: false,
      at: performance.now(),
    };
    if (request.path === '/script') return script(request, response);
    requests.push(request);
    response.on('close', () => {
      request.aborted = !response.writableFinished;
      if (request.aborted) request.abortedAt = performance.now();
    });
    const endpoint = request.path.endsWith('/models') ? 'models' : request.path.endsWith('/embeddings') ? 'embeddings' : 'chat';
    const reply = take(endpoint, request);
    await reply.until;
    if (await misbehave(response, reply)) return;
    if (endpoint === 'models')
      return sendJson(response, { object: 'list', data: (options.models ?? ['scripted', 'scripted-large']).map(toModel) });
    if (endpoint === 'embeddings') return sendJson(response, embeddings(request, options.embeddingDimensions ?? 64));
    await writeChat(response, request, reply);
  }

  function take(endpoint: NonNullable<Reply['for']>, request: ModelRequest): Reply {
    const index = queue.findIndex((reply) => (reply.for ?? 'chat') === endpoint && (reply.when?.(request) ?? true));
    if (index >= 0) return queue.splice(index, 1)[0]!;
    if (endpoint !== 'chat') return {};
    return typeof model.otherwise === 'function' ? model.otherwise(request) : model.otherwise;
  }

  /** Lets another process read and set the script: GET lists the requests, POST queues replies. */
  function script(request: ModelRequest, response: ServerResponse): void {
    if (Array.isArray(request.body)) queue.push(...(request.body as Reply[]));
    sendJson(response, { requests, queued: queue.length });
  }

  const model: ModelServer = {
    url: '',
    requests,
    aborted: () => requests.filter((request) => request.aborted).length,
    reply: (...replies) => void queue.push(...replies),
    otherwise: options.otherwise ?? {},
    clear: () => {
      queue.length = 0;
      requests.length = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve));
  model.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return model;
}

/** Sends a fault that is the whole response. Returns true when the request is done. */
async function misbehave(response: ServerResponse, reply: Reply): Promise<boolean> {
  const { fault } = reply;
  if (fault === 'hang') return true;
  if (fault === 'refuse') {
    response.socket?.resetAndDestroy();
    return true;
  }
  if (fault === 'html-200') {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><title>Sign in</title><p>This network needs a sign-in.</p>');
    return true;
  }
  if (!fault || !(fault in STATUS_FAULTS)) return false;
  const { status, code, message } = STATUS_FAULTS[fault as keyof typeof STATUS_FAULTS];
  if (reply.retryAfter !== undefined) response.setHeader('retry-after', String(reply.retryAfter));
  sendJson(response, { error: { message, type: code, code, param: null } }, status);
  return true;
}

function embeddings(request: ModelRequest, dimensions: number) {
  const inputs = [request.body.input ?? []].flat();
  const data = inputs.map((input, index) => {
    const vector = embedWords(input, dimensions);
    const embedding = request.body.encoding_format === 'base64' ? Buffer.from(Float32Array.from(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  });
  return { object: 'list', model: request.body.model, data, usage: { prompt_tokens: inputs.length, total_tokens: inputs.length } };
}

function toModel(id: string) {
  return { id, object: 'model', created: 1_700_000_000, owned_by: 'scripted' };
}

function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function readJson(request: IncomingMessage): Promise<ModelRequest['body']> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text ? (JSON.parse(text) as ModelRequest['body']) : {};
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      tokens: { type: 'string', default: '100' },
      delay: { type: 'string', default: '0' },
      first: { type: 'string' },
      cite: { type: 'boolean', default: false },
    },
  });
  const otherwise: Reply = { tokens: Number(values.tokens), delayMs: Number(values.delay), ...(values.cite ? { cite: [1] } : {}) };
  if (values.first !== undefined) otherwise.firstDelayMs = Number(values.first);
  const server = await startModelServer({ port: Number(values.port), otherwise });
  console.log(server.url);
  const end = () => void server.stop().then(() => process.exit(0));
  process.once('SIGTERM', end).once('SIGINT', end);
}
