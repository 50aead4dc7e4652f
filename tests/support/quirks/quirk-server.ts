import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ANSWER_QUIRKS } from './answer-quirks.ts';
import { embeddingReply, modelsReply } from './list-quirks.ts';
import { FURTHER_QUIRKS } from './further-quirks.ts';
import { chunk, events, type QuirkReply, type Quirks } from './quirk.ts';
import { REFUSAL_QUIRKS } from './refusal-quirks.ts';
import { TOOL_QUIRKS } from './tool-quirks.ts';

export const QUIRKS: Quirks = { ...ANSWER_QUIRKS, ...REFUSAL_QUIRKS, ...TOOL_QUIRKS, ...FURTHER_QUIRKS };

export interface QuirkServer {
  /** The base address of the API, and that of the server alone. */
  url: string;
  origin: string;
  /** Every chat and embedding request. */
  requests: { path: string; body: Record<string, any> }[];
  /** The quirk of the model list and of embeddings. */
  mode: string;
  stop(): Promise<void>;
}

/** Starts a model server with quirks of real servers: `[[q:NAME]]` in the newest message of the person chooses one. */
export async function startQuirkServer(): Promise<QuirkServer> {
  const counts = new Map<string, number>();
  const server = createServer(
    (request, response) => void answer(request, response).catch((error: unknown) => response.destroy(error as Error)),
  );
  const quirks: QuirkServer = {
    url: '',
    origin: '',
    requests: [],
    mode: '',
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request);
    const path = request.url ?? '';
    if (!path.startsWith('/v1/') || path.includes('/chat/completions/'))
      return send(response, { status: 404, raw: '404 page not found', headers: { 'content-type': 'text/plain' } });
    if (path === '/v1/models') return send(response, modelsReply(quirks.mode));
    quirks.requests.push({ path, body });
    if (path === '/v1/embeddings') return send(response, embeddingReply(quirks.mode, body));
    await send(response, chat(body));
  }

  function chat(body: Record<string, any>): QuirkReply {
    const messages: any[] = body['messages'] ?? [];
    const userText = messages
      .filter((message) => message.role === 'user')
      .map((message) => JSON.stringify(message.content))
      .join('\n');
    const name = [...userText.matchAll(/\[\[q:([^\]]+)\]\]/g)].at(-1)?.[1] ?? 'plain';
    if (String(messages[0]?.content).startsWith('Write a title'))
      return quirks.mode === 'titles' ? QUIRKS[name]!({ n: 1, body }) : [chunk({ content: 'A title' }), chunk({}, 'stop')];
    if (messages.at(-1)?.role === 'tool')
      return [chunk({ content: `RESULTS ${resultsOf(messages)} STRICT[${faultsOf(messages)}]` }), chunk({}, 'stop')];
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    return (QUIRKS[name] ?? QUIRKS['plain']!)({ n, body });
  }

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  quirks.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  quirks.url = `${quirks.origin}/v1`;
  return quirks;
}

function resultsOf(messages: any[]): string {
  return messages
    .filter((message) => message.role === 'tool')
    .map((message) => message.content)
    .join(' & ');
}

/** Returns the faults that strict servers find in replayed tool calls. */
function faultsOf(messages: any[]): string {
  const calls: any[] = messages.findLast((message) => message.role === 'assistant' && message.tool_calls)?.tool_calls ?? [];
  const ids = calls.map((one) => one.id);
  const answered = messages.slice(messages.findLastIndex((message) => message.tool_calls) + 1).map((message) => message.tool_call_id);
  const faults = [
    new Set(ids).size === ids.length ? '' : 'DUPLICATE-IDS',
    ids.every((id) => answered.includes(id)) && answered.every((id) => ids.includes(id)) ? '' : 'UNPAIRED',
    ids.every((id) => id && (id.length <= 40 || id.includes('__thought__'))) ? '' : 'BAD-ID',
    calls.every((one) => isObject(one.function.arguments)) ? '' : 'BAD-ARGUMENTS',
    calls.every((one) => /^[a-zA-Z0-9_-]{1,64}$/.test(one.function.name)) ? '' : 'BAD-NAME',
  ];
  return faults.filter(Boolean).join(',');
}

function isObject(text: unknown): boolean {
  try {
    return typeof text === 'string' && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

async function send(response: ServerResponse, reply: QuirkReply): Promise<void> {
  const { status = 200, raw, chunks, headers = {} } = 'length' in reply ? { raw: events(reply) } : reply;
  const all = { 'content-type': 'text/event-stream', ...headers };
  response.writeHead(status, Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null)));
  for (const part of chunks ?? []) {
    response.write(part);
    await new Promise(setImmediate);
  }
  response.end(raw ?? undefined);
}

async function readJson(request: IncomingMessage): Promise<Record<string, any>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString();
  return text ? (JSON.parse(text) as Record<string, any>) : {};
}
