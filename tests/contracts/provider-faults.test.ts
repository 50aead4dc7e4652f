import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ai, ChatRequest } from '../../infra/ai/ai.ts';
import { openAi } from '../../infra/ai/open.ts';
import type { ErrorCode } from '../../schema/errors.ts';
import { askModel, closedAddress } from '../support/ask-model.ts';
import { eventually } from '../support/eventually.ts';
import { defaultAnswer, type Reply } from '../support/model-script.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';

const QUESTION = 'Tell me about rivers.';

const IDLE_MS = 1_500;
const REQUEST = { model: 'scripted', messages: [{ role: 'user' as const, content: QUESTION }] };
const never = new AbortController().signal;

let server: ModelServer;
let ai: Ai;

const open = (baseUrl = server.url, idleMs = IDLE_MS) =>
  openAi({ apiKey: 'sk-secret', baseUrl, model: 'scripted', embeddingModel: 'test-embedding', idleMs });
const ask = (port = ai, signal = never, more: Partial<ChatRequest> = {}) => askModel(port, QUESTION, signal, more);
const until = (holds: () => boolean, deadlineMs?: number) => eventually(async () => holds(), Boolean, deadlineMs);

beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  // A port of its own for each case: its circuit breaker remembers failures.
  ai = open();
  server.otherwise = {};
});
afterEach(() => server.clear());

describe('a provider that fails before the first chunk', () => {
  const faults: [string, Reply, ErrorCode, number][] = [
    ['hangs', { fault: 'hang' }, 'PROVIDER_TIMEOUT', 1],
    ['resets the connection each time', { fault: 'refuse' }, 'PROVIDER_UNAVAILABLE', 3],
    ['answers 500 each time', { fault: '500' }, 'PROVIDER_UNAVAILABLE', 3],
    ['answers 503 each time', { fault: '503' }, 'PROVIDER_UNAVAILABLE', 3],
    ['answers 529 each time', { fault: '529' }, 'PROVIDER_UNAVAILABLE', 3],
    ['limits requests each time', { fault: '429', retryAfter: 0 }, 'PROVIDER_RATE_LIMITED', 3],
    ['asks to come back in an hour', { fault: '429', retryAfter: 3600 }, 'PROVIDER_RATE_LIMITED', 1],
    ['asks to come back at a date', { fault: '429', retryAfter: new Date(Date.now() + 3.6e6).toUTCString() }, 'PROVIDER_RATE_LIMITED', 1],
    ['says that the credit is used up', { fault: '429-quota' }, 'PROVIDER_REFUSED', 1],
    ['refuses the key', { fault: '401' }, 'PROVIDER_REFUSED', 1],
    ['wants to be paid', { fault: '402' }, 'PROVIDER_REFUSED', 1],
    ['refuses the account', { fault: '403' }, 'PROVIDER_REFUSED', 1],
    ['does not know the model', { fault: 'model-404' }, 'MODEL_NOT_FOUND', 1],
    ['finds the context too long', { fault: 'context-too-long' }, 'CONTEXT_TOO_LONG', 1],
    ['finds the request bad, with or without options', { fault: '400' }, 'PROVIDER_BAD_RESPONSE', 2],
    ['sends a page of HTML with status 200', { fault: 'html-200' }, 'PROVIDER_BAD_RESPONSE', 1],
  ];

  it.each(faults)('that %s', async (_, reply, code, requests) => {
    server.otherwise = reply;
    const { failure, chunks, ms } = await ask();
    expect(failure?.code).toBe(code);
    expect(chunks).toEqual([]);
    expect(server.requests).toHaveLength(requests);
    expect(ms).toBeLessThan(10_000);
    expect(JSON.stringify([failure!.message, failure!.extensions])).not.toContain('sk-secret');
  });

  it('that nobody listens for', async () => {
    const { failure } = await ask(open(await closedAddress()));
    expect(failure?.code).toBe('PROVIDER_UNAVAILABLE');
  });

  it('says when to come back, where the provider says so', async () => {
    server.reply({ fault: '429', retryAfter: 3600 });
    expect((await ask()).failure?.extensions).toMatchObject({ retryAfterSeconds: 3600, retryable: true });
  });

  it('is asked again, and what it says then is the answer', async () => {
    server.reply({ fault: '503' }, { fault: 'refuse' }, { text: 'Rivers flow.' });
    expect(await ask()).toMatchObject({ text: 'Rivers flow.', failure: null });
  });

  it('is asked again without an option that it does not know', async () => {
    server.otherwise = ({ body }) => (body['temperature'] === undefined ? { text: 'Cool.' } : { fault: 'no-temperature' });
    expect((await ask(ai, never, { temperature: 0.2 })).text).toBe('Cool.');
  });
});

describe('a provider that fails in the middle', () => {
  const faults: [string, Reply, ErrorCode][] = [
    ['stalls after the first token', { fault: 'stall-after-first' }, 'PROVIDER_TIMEOUT'],
    ['drops the connection', { fault: 'destroy-mid' }, 'PROVIDER_UNAVAILABLE'],
    ['ends without saying why', { fault: 'eof-no-finish' }, 'PROVIDER_BAD_RESPONSE'],
    ['sends what is no JSON', { fault: 'malformed' }, 'PROVIDER_BAD_RESPONSE'],
    ['sends an error in the stream', { fault: 'error-event' }, 'PROVIDER_UNAVAILABLE'],
    ['withholds the rest by its content rules', { fault: 'content_filter' }, 'PROVIDER_CONTENT_FILTERED'],
  ];

  it.each(faults)('that %s: the text so far is kept, and it is not asked again', async (_, reply, code) => {
    server.otherwise = reply;
    const { failure, text, chunks } = await ask();
    expect(failure?.code).toBe(code);
    expect(defaultAnswer(QUESTION, 20).startsWith(text)).toBe(true);
    expect(text).not.toBe('');
    expect(chunks.some((chunk) => chunk.kind === 'finish')).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  it('has no more time for its first chunk than for any other', async () => {
    server.reply({ text: 'one two three four five six', delayMs: IDLE_MS / 3 });
    expect(await ask()).toMatchObject({ text: 'one two three four five six', failure: null });
  });

  it('is not blamed for a slow reader', async () => {
    server.reply({ text: 'one two three four five' });
    const texts: string[] = [];
    for await (const chunk of ai.chat(REQUEST, never)) {
      if (texts.length === 1) await new Promise((resume) => setTimeout(resume, IDLE_MS * 1.5));
      if (chunk.kind === 'text') texts.push(chunk.text);
    }
    expect(texts.join('')).toBe('one two three four five');
  });
});

describe('a provider that answers oddly', () => {
  it('ends with `length` when the answer was cut', async () => {
    server.reply({ fault: 'length' });
    const { chunks, failure } = await ask();
    expect(failure).toBeNull();
    expect(chunks.at(-1)).toEqual({ kind: 'finish', reason: 'length' });
  });

  it('may cut characters anywhere on the wire', async () => {
    server.reply({ fault: 'split-utf8', text: 'Hello' });
    expect((await ask()).text).toBe('Hello 👩‍👩‍👧 grüße 日本');
  });

  it('may send what no database takes: an emoji cut in two, and NUL', async () => {
    server.reply({ chunks: ['Hi \ud83d', '\ude00', '\0!'] });
    const { chunks } = await ask();
    expect(chunks.flatMap((chunk) => (chunk.kind === 'text' ? [chunk.text] : []))).toEqual(['Hi ', '😀', '!']);
  });

  it('may repeat a chunk: what it sends is what is shown', async () => {
    server.reply({ fault: 'duplicate-chunk', text: 'one two three' });
    expect((await ask()).text).toBe('one two two three');
  });

  it('may leave the usage out: it is counted here and marked so', async () => {
    server.reply({ fault: 'no-usage', text: 'The river is long.' });
    const { chunks } = await ask();
    expect(chunks.at(-2)).toEqual({ kind: 'usage', inputTokens: 9, outputTokens: 5, estimated: true });
  });

  it('reports its own usage otherwise', async () => {
    server.reply({ text: 'one two three' });
    expect((await ask()).chunks.at(-2)).toMatchObject({ kind: 'usage', outputTokens: 3, estimated: false });
  });

  it.each([['huge'], ['huge-chunk']] as const)('is cut off when it sends too much: %s', async (fault) => {
    server.reply({ fault });
    const { failure, text } = await ask(open(server.url, 10_000));
    expect(failure?.code).toBe('PROVIDER_BAD_RESPONSE');
    expect(text.length).toBeLessThanOrEqual(4_000_000);
  });

  it('may write tool arguments that are no JSON: they are passed on as written', async () => {
    server.reply({ fault: 'bad-tool-json' });
    const { chunks } = await ask();
    expect(chunks.find((chunk) => chunk.kind === 'toolCall')?.call).toEqual({
      id: expect.stringMatching(/^[a-z0-9]{9}$/),
      name: 'calculate',
      arguments: '{"expression": "1 +',
    });
  });

  it('may call a tool that nobody has: that is for the caller to tell it', async () => {
    server.reply({ fault: 'unknown-tool' });
    expect((await ask()).chunks.find((chunk) => chunk.kind === 'toolCall')?.call.name).toBe('launch_rocket');
  });

  it('may not call 200 tools at once', async () => {
    server.reply({ fault: 'many-tools' });
    expect((await ask()).failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });
});

describe('whoever stops', () => {
  it('hangs up on the provider within a second', async () => {
    server.reply({ tokens: 1_000, delayMs: 5 });
    const controller = new AbortController();
    const stopped = ask(ai, controller.signal);
    await until(() => server.requests.length === 1);
    setTimeout(() => controller.abort(), 50);
    expect((await stopped).failure?.name).toBe('AbortError');
    await until(() => server.aborted() === 1, 1_000);
  });

  it('hangs up while the provider has not said anything', async () => {
    server.reply({ fault: 'hang' });
    const controller = new AbortController();
    const stopped = ask(ai, controller.signal);
    await until(() => server.requests.length === 1);
    controller.abort();
    expect((await stopped).failure?.name).toBe('AbortError');
    await until(() => server.aborted() === 1, 1_000);
  });

  it('hangs up by no longer reading', async () => {
    server.reply({ tokens: 1_000, delayMs: 5 });
    for await (const chunk of ai.chat(REQUEST, never)) if (chunk.kind === 'text') break;
    await until(() => server.aborted() === 1, 1_000);
  });

  it('stops the waiting between two tries', async () => {
    server.otherwise = { fault: '429', retryAfter: 4 };
    const controller = new AbortController();
    const stopped = ask(ai, controller.signal);
    await until(() => server.requests.length === 1);
    setTimeout(() => controller.abort(), 50);
    const { failure, ms } = await stopped;
    expect(failure?.name).toBe('AbortError');
    expect(ms).toBeLessThan(1_000);
  });
});

describe('the circuit breaker', () => {
  it('spares a provider that failed five times in a row, and says so at once', async () => {
    const dead = open(await closedAddress());
    for (let call = 0; call < 5; call++) expect((await ask(dead)).failure?.code).toBe('PROVIDER_UNAVAILABLE');
    const { failure, ms } = await ask(dead);
    expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', extensions: { retryAfterSeconds: expect.any(Number) } });
    expect(ms).toBeLessThan(200);
  });

  it('stays closed for refusals, limits and stops, which say nothing about its health', async () => {
    server.otherwise = { fault: '401' };
    for (let call = 0; call < 8; call++) await ask();
    server.otherwise = { text: 'Well.' };
    expect((await ask()).text).toBe('Well.');
  });
});
