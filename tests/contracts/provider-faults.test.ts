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
  // Opens a new client for each case, since its circuit breaker remembers failures.
  ai = open();
  server.otherwise = {};
});
afterEach(() => server.clear());

describe('the AI client with a provider that fails before the first chunk', () => {
  const faults: [string, Reply, ErrorCode, number][] = [
    ['hangs', { fault: 'hang' }, 'PROVIDER_TIMEOUT', 1],
    ['resets the connection each time', { fault: 'refuse' }, 'PROVIDER_UNAVAILABLE', 3],
    ['answers 500 each time', { fault: '500' }, 'PROVIDER_UNAVAILABLE', 3],
    ['answers 503 each time', { fault: '503' }, 'PROVIDER_UNAVAILABLE', 3],
    ['answers 529 each time', { fault: '529' }, 'PROVIDER_UNAVAILABLE', 3],
    ['limits requests each time', { fault: '429', retryAfter: 0 }, 'PROVIDER_RATE_LIMITED', 3],
    ['sends a Retry-After of an hour', { fault: '429', retryAfter: 3600 }, 'PROVIDER_RATE_LIMITED', 1],
    [
      'sends a Retry-After with a date',
      { fault: '429', retryAfter: new Date(Date.now() + 3.6e6).toUTCString() },
      'PROVIDER_RATE_LIMITED',
      1,
    ],
    ['says that the credit is used up', { fault: '429-quota' }, 'PROVIDER_REFUSED', 1],
    ['refuses the key', { fault: '401' }, 'PROVIDER_REFUSED', 1],
    ['demands payment', { fault: '402' }, 'PROVIDER_REFUSED', 1],
    ['refuses the account', { fault: '403' }, 'PROVIDER_REFUSED', 1],
    ['does not know the model', { fault: 'model-404' }, 'MODEL_NOT_FOUND', 1],
    ['finds the context too long', { fault: 'context-too-long' }, 'CONTEXT_TOO_LONG', 1],
    ['answers 400 with and without options', { fault: '400' }, 'PROVIDER_BAD_RESPONSE', 2],
    ['sends a page of HTML with status 200', { fault: 'html-200' }, 'PROVIDER_BAD_RESPONSE', 1],
  ];

  it.each(faults)('fails with the matching code and number of requests when the provider %s', async (_, reply, code, requests) => {
    server.otherwise = reply;
    const { failure, chunks, ms } = await ask();
    expect(failure?.code).toBe(code);
    expect(chunks).toEqual([]);
    expect(server.requests).toHaveLength(requests);
    expect(ms).toBeLessThan(10_000);
    expect(JSON.stringify([failure!.message, failure!.extensions])).not.toContain('sk-secret');
  });

  it('fails with PROVIDER_UNAVAILABLE when the port is closed', async () => {
    const { failure } = await ask(open(await closedAddress()));
    expect(failure?.code).toBe('PROVIDER_UNAVAILABLE');
  });

  it("passes the provider's Retry-After on", async () => {
    server.reply({ fault: '429', retryAfter: 3600 });
    expect((await ask()).failure?.extensions).toMatchObject({ retryAfterSeconds: 3600, retryable: true });
  });

  it('retries, and returns the answer of the retry', async () => {
    server.reply({ fault: '503' }, { fault: 'refuse' }, { text: 'Rivers flow.' });
    expect(await ask()).toMatchObject({ text: 'Rivers flow.', failure: null });
  });

  it('retries without an option that the provider does not support', async () => {
    server.otherwise = ({ body }) => (body['temperature'] === undefined ? { text: 'Cool.' } : { fault: 'no-temperature' });
    expect((await ask(ai, never, { temperature: 0.2 })).text).toBe('Cool.');
  });
});

describe('the AI client with a provider that fails in the middle of a stream', () => {
  const faults: [string, Reply, ErrorCode][] = [
    ['stalls after the first token', { fault: 'stall-after-first' }, 'PROVIDER_TIMEOUT'],
    ['drops the connection', { fault: 'destroy-mid' }, 'PROVIDER_UNAVAILABLE'],
    ['ends without a finish reason', { fault: 'eof-no-finish' }, 'PROVIDER_BAD_RESPONSE'],
    ['sends malformed JSON', { fault: 'malformed' }, 'PROVIDER_BAD_RESPONSE'],
    ['sends an error in the stream', { fault: 'error-event' }, 'PROVIDER_UNAVAILABLE'],
    ['cuts the answer by its content filter', { fault: 'content_filter' }, 'PROVIDER_CONTENT_FILTERED'],
  ];

  it.each(faults)('keeps the text so far and does not retry when the provider %s', async (_, reply, code) => {
    server.otherwise = reply;
    const { failure, text, chunks } = await ask();
    expect(failure?.code).toBe(code);
    expect(defaultAnswer(QUESTION, 20).startsWith(text)).toBe(true);
    expect(text).not.toBe('');
    expect(chunks.some((chunk) => chunk.kind === 'finish')).toBe(false);
    expect(server.requests).toHaveLength(1);
  });

  it('applies the same timeout to the first chunk as to any other', async () => {
    server.reply({ text: 'one two three four five six', delayMs: IDLE_MS / 3 });
    expect(await ask()).toMatchObject({ text: 'one two three four five six', failure: null });
  });

  it('does not count the time of a slow reader towards the timeout', async () => {
    server.reply({ text: 'one two three four five' });
    const texts: string[] = [];
    for await (const chunk of ai.chat(REQUEST, never)) {
      if (texts.length === 1) await new Promise((resume) => setTimeout(resume, IDLE_MS * 1.5));
      if (chunk.kind === 'text') texts.push(chunk.text);
    }
    expect(texts.join('')).toBe('one two three four five');
  });
});

describe('the AI client with an unusual answer of a provider', () => {
  it('finishes with the reason `length` when the answer was truncated', async () => {
    server.reply({ fault: 'length' });
    const { chunks, failure } = await ask();
    expect(failure).toBeNull();
    expect(chunks.at(-1)).toEqual({ kind: 'finish', reason: 'length' });
  });

  it('decodes characters that are split anywhere on the wire', async () => {
    server.reply({ fault: 'split-utf8', text: 'Hello' });
    expect((await ask()).text).toBe('Hello 👩‍👩‍👧 grüße 日本');
  });

  it('joins split surrogates and removes NUL, which databases refuse', async () => {
    server.reply({ chunks: ['Hi \ud83d', '\ude00', '\0!'] });
    const { chunks } = await ask();
    expect(chunks.flatMap((chunk) => (chunk.kind === 'text' ? [chunk.text] : []))).toEqual(['Hi ', '😀', '!']);
  });

  it('passes a repeated chunk on', async () => {
    server.reply({ fault: 'duplicate-chunk', text: 'one two three' });
    expect((await ask()).text).toBe('one two two three');
  });

  it('estimates a missing usage and marks it as estimated', async () => {
    server.reply({ fault: 'no-usage', text: 'The river is long.' });
    const { chunks } = await ask();
    expect(chunks.at(-2)).toEqual({ kind: 'usage', inputTokens: 9, outputTokens: 5, estimated: true });
  });

  it('passes the reported usage on', async () => {
    server.reply({ text: 'one two three' });
    expect((await ask()).chunks.at(-2)).toMatchObject({ kind: 'usage', outputTokens: 3, estimated: false });
  });

  it.each([['huge'], ['huge-chunk']] as const)('aborts an answer beyond the size limit: %s', async (fault) => {
    server.reply({ fault });
    const { failure, text } = await ask(open(server.url, 10_000));
    expect(failure?.code).toBe('PROVIDER_BAD_RESPONSE');
    expect(text.length).toBeLessThanOrEqual(4_000_000);
  });

  it('passes tool arguments that are not JSON on as written', async () => {
    server.reply({ fault: 'bad-tool-json' });
    const { chunks } = await ask();
    expect(chunks.find((chunk) => chunk.kind === 'toolCall')?.call).toEqual({
      id: expect.stringMatching(/^[a-z0-9]{9}$/),
      name: 'calculate',
      arguments: '{"expression": "1 +',
    });
  });

  it('passes a call of an unknown tool on to the caller', async () => {
    server.reply({ fault: 'unknown-tool' });
    expect((await ask()).chunks.find((chunk) => chunk.kind === 'toolCall')?.call.name).toBe('launch_rocket');
  });

  it('refuses 200 tool calls in one answer', async () => {
    server.reply({ fault: 'many-tools' });
    expect((await ask()).failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });
});

describe('the AI client when its caller aborts', () => {
  it("closes the provider's connection within a second", async () => {
    server.reply({ tokens: 1_000, delayMs: 5 });
    const controller = new AbortController();
    const stopped = ask(ai, controller.signal);
    await until(() => server.requests.length === 1);
    setTimeout(() => controller.abort(), 50);
    expect((await stopped).failure?.name).toBe('AbortError');
    await until(() => server.aborted() === 1, 1_000);
  });

  it('closes the connection while the provider has not sent anything', async () => {
    server.reply({ fault: 'hang' });
    const controller = new AbortController();
    const stopped = ask(ai, controller.signal);
    await until(() => server.requests.length === 1);
    controller.abort();
    expect((await stopped).failure?.name).toBe('AbortError');
    await until(() => server.aborted() === 1, 1_000);
  });

  it('closes the connection when the caller stops reading', async () => {
    server.reply({ tokens: 1_000, delayMs: 5 });
    for await (const chunk of ai.chat(REQUEST, never)) if (chunk.kind === 'text') break;
    await until(() => server.aborted() === 1, 1_000);
  });

  it('ends the wait between two attempts', async () => {
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

describe('the circuit breaker of the AI client', () => {
  it('opens after five failures in a row, and fails at once from then on', async () => {
    const dead = open(await closedAddress());
    for (let call = 0; call < 5; call++) expect((await ask(dead)).failure?.code).toBe('PROVIDER_UNAVAILABLE');
    const { failure, ms } = await ask(dead);
    expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', extensions: { retryAfterSeconds: expect.any(Number) } });
    expect(ms).toBeLessThan(200);
  });

  it("stays closed for refusals, rate limits and aborts, which say nothing about the provider's health", async () => {
    server.otherwise = { fault: '401' };
    for (let call = 0; call < 8; call++) await ask();
    server.otherwise = { text: 'Well.' };
    expect((await ask()).text).toBe('Well.');
  });
});
