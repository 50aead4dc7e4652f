import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { Ai, ChatChunk, ChatRequest } from '../../infra/ai/ai.ts';
import { openAi } from '../../infra/ai/open.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';

const PASSAGES = [
  {
    number: 1,
    documentName: 'Manual.pdf',
    pageLabel: 'Page 3',
    text: 'The warranty of the pump lasts 24 months. It does not cover the filter, as note [7] explains.',
  },
  { number: 2, documentName: 'Handbook.md', pageLabel: null, text: '# Cleaning\n\nRinse the filter under warm water every two weeks.' },
];
const CALCULATE = {
  name: 'calculate',
  description: 'Calculates.',
  inputSchema: { type: 'object', properties: { expression: { type: 'string' } } },
};

interface Opened {
  ai: Ai;
  model: string;
  /** Builds a question that gets a long answer, and one that makes the model call `calculate`. */
  ask(question: string): ChatRequest;
}

let server: ModelServer;
const values = { apiKey: 'key', model: 'scripted', embeddingModel: 'test-embedding', idleMs: 2_000 };

const adapters: Record<string, () => Opened> = {
  openai: () => {
    server.otherwise = ({ body }) => {
      const wantsTool = body.tools?.length && body.messages?.at(-1)?.role === 'user';
      return wantsTool ? { toolCalls: [{ name: 'calculate', arguments: { expression: '6 * 7' } }] } : { tokens: 60, delayMs: 5 };
    };
    return {
      ai: openAi({ ...values, baseUrl: server.url }),
      model: 'scripted',
      ask: (content) => ({ model: 'scripted', messages: [{ role: 'user', content }] }),
    };
  },
  builtin: () => ({
    ai: openAi({ ...values, apiKey: undefined, baseUrl: undefined }),
    model: 'builtin',
    ask: (content) => ({ model: 'builtin', messages: [{ role: 'user', content }], passages: PASSAGES }),
  }),
};

async function collect(stream: AsyncIterable<ChatChunk>): Promise<ChatChunk[]> {
  const chunks: ChatChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: ChatChunk[]) => chunks.map((chunk) => (chunk.kind === 'text' ? chunk.text : '')).join('');
const never = new AbortController().signal;

beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.stop());

describe.each(Object.entries(adapters))('the AI port on %s', (_, open) => {
  let opened: Opened;
  beforeAll(() => {
    opened = open();
  });

  it('lists its models with one default, the first', async () => {
    const models = await opened.ai.models();
    expect(models.filter((model) => model.isDefault)).toEqual([models[0]]);
    expect(models[0]).toMatchObject({ id: opened.model, supportsTools: true });
  });

  it('streams text in several chunks, then the usage, then the finish reason', async () => {
    const chunks = await collect(opened.ai.chat(opened.ask('How long is the warranty of the pump?'), never));
    expect(chunks.filter((chunk) => chunk.kind === 'text').length).toBeGreaterThan(10);
    expect(chunks.slice(-2)).toEqual([
      { kind: 'usage', inputTokens: expect.any(Number), outputTokens: expect.any(Number), estimated: expect.any(Boolean) },
      { kind: 'finish', reason: 'stop' },
    ]);
  });

  it("requests a tool with its arguments as JSON text, and answers with the tool's result", async () => {
    const request = { ...opened.ask('What is 6 * 7?'), tools: [CALCULATE] };
    const chunks = await collect(opened.ai.chat(request, never));
    const call = chunks.find((chunk) => chunk.kind === 'toolCall')!.call;
    expect(call.name).toBe('calculate');
    expect(JSON.parse(call.arguments)).toEqual({ expression: '6 * 7' });
    expect(chunks.at(-1)).toEqual({ kind: 'finish', reason: 'toolCalls' });
    const messages = [
      ...request.messages,
      { role: 'assistant' as const, content: '', toolCalls: [call] },
      { role: 'tool' as const, toolCallId: call.id, content: '{"value":"42"}' },
    ];
    const answer = await collect(opened.ai.chat({ ...request, messages }, never));
    expect(textOf(answer)).not.toBe('');
    expect(answer.at(-1)).toEqual({ kind: 'finish', reason: 'stop' });
  });

  it('ends with an AbortError when it is aborted, after the text that came before', async () => {
    const controller = new AbortController();
    const seen: ChatChunk[] = [];
    const reading = (async () => {
      for await (const chunk of opened.ai.chat(opened.ask('How long is the warranty of the pump?'), controller.signal)) {
        seen.push(chunk);
        if (seen.length === 3) controller.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen.every((chunk) => chunk.kind === 'text')).toBe(true);
  });

  it('sends nothing for a caller that aborted before the request', async () => {
    await expect(collect(opened.ai.chat(opened.ask('How long?'), AbortSignal.abort()))).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('answers concurrent requests without mixing them', async () => {
    const requests = ['warranty of the pump', 'rinse the filter', 'warranty of the pump'].map(opened.ask);
    const [first, second, third] = await Promise.all(requests.map((request) => collect(opened.ai.chat(request, never))));
    expect(textOf(first!)).toBe(textOf(third!));
    expect(textOf(first!)).not.toBe(textOf(second!));
  });

  it('returns one unit vector for each text, in order, also for unusual texts', async () => {
    const texts = ['the pump and its filter', '', '   ', '日本語のテキスト', '!!! ???', 'x'.repeat(50_000), 'the pump and its filter'];
    const vectors = await opened.ai.embed(texts);
    expect(vectors).toHaveLength(texts.length);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
    expect(vectors[6]).toEqual(vectors[0]);
    expect(new Set(vectors.map((vector) => vector.length))).toEqual(new Set([opened.ai.embedding.dimensions]));
  });

  it('returns closer vectors for texts that share words', async () => {
    const [question, near, far] = await opened.ai.embed([
      'how do I rinse the filter',
      'Rinse the filter under warm water',
      'Invoices are paid within thirty days',
    ]);
    expect(dot(question!, near!)).toBeGreaterThan(dot(question!, far!) + 0.1);
  });

  it('returns no vectors for an empty list', async () => expect(await opened.ai.embed([])).toEqual([]));
});

describe('the built-in model', () => {
  const builtin = openAi({ ...values, apiKey: undefined, baseUrl: undefined });
  const answer = async (content: string, passages = PASSAGES) =>
    textOf(await collect(builtin.chat({ model: 'builtin', messages: [{ role: 'user', content }], passages }, never)));

  it('quotes the sentence that answers, with the number of its passage, and says that it only quotes', async () => {
    const text = await answer('How often must I rinse the filter?');
    expect(text).toMatch(/^No language model is connected, so this is a quote from your documents\./);
    expect(text).toContain('From Handbook.md:');
    expect(text).toContain('> Rinse the filter under warm water every two weeks. [2]');
  });

  it('does not present numbers inside a quote as citations of its own', async () => {
    const text = await answer('What does the warranty not cover, as the note explains?');
    expect(text).toContain('note \\[7\\] explains. [1]');
    expect([...text.matchAll(/\[(\d+)\]/g)].map((match) => match[1])).toEqual(expect.not.arrayContaining(['7']));
  });

  it('says so when no passage is about the question, and when there is none', async () => {
    expect(await answer('Who was the emperor of Brazil?')).toContain('I found no sentence about this');
    expect(await answer('Hello', [])).toContain('I have none to quote');
  });

  it('refuses an unknown model instead of answering in its name', async () => {
    await expect(collect(builtin.chat({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }, never))).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
  });

  it('never calls itself a language model', async () => {
    expect(await builtin.models()).toEqual([expect.objectContaining({ isLanguageModel: false })]);
    expect(builtin.embedding).toMatchObject({ model: 'builtin-ngram-v1', builtin: true });
  });

  it('keeps the event loop responsive while it computes many vectors', async () => {
    let beats = 0;
    const beating = (async () => {
      for (;;) {
        await pause(1);
        beats += 1;
        if (beats < 0) return;
      }
    })();
    await builtin.embed(
      Array.from({ length: 200 }, (_, index) => `Section ${index}. ${'The quick brown fox jumps over the lazy dog. '.repeat(20)}`),
    );
    expect(beats).toBeGreaterThan(5);
    beats = -1e9;
    await beating;
  });
});

describe('an endpoint without an embedding model', () => {
  it('answers chats by the endpoint and computes vectors itself', async () => {
    server.otherwise = { text: 'Hello there' };
    const ai = openAi({ ...values, embeddingModel: undefined, baseUrl: server.url });
    expect(ai.embedding).toMatchObject({ model: 'builtin-ngram-v1', builtin: true });
    const before = server.requests.length;
    await ai.embed(['one']);
    expect(server.requests.length).toBe(before);
    expect(textOf(await collect(ai.chat({ model: 'scripted', messages: [{ role: 'user', content: 'Hi' }] }, never)))).toBe('Hello there');
  });
});

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
