import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Ai } from '../../infra/ai/ai.ts';
import { openAi } from '../../infra/ai/open.ts';
import { closedAddress } from '../support/ask-model.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';

const IDLE_MS = 1_500;

let server: ModelServer;
let ai: Ai;

const open = (baseUrl = server.url) =>
  openAi({ apiKey: 'key', baseUrl, model: 'scripted', embeddingModel: 'test-embedding', idleMs: IDLE_MS });

beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.stop());
beforeEach(() => {
  ai = open();
});
afterEach(() => server.clear());

describe('the embeddings of an endpoint', () => {
  it('are requested in batches and returned in order', async () => {
    const texts = Array.from({ length: 150 }, (_, index) => `word${index}`);
    const vectors = await ai.embed(texts);
    expect(server.requests.map((request) => request.body.input?.length)).toEqual([64, 64, 22]);
    expect(vectors[149]).toEqual((await ai.embed(['word149']))[0]);
    expect(ai.embedding).toEqual({ model: 'test-embedding', dimensions: 64, builtin: false });
  });

  it.each([
    ['500', 'PROVIDER_UNAVAILABLE'],
    ['401', 'PROVIDER_REFUSED'],
    ['html-200', 'PROVIDER_BAD_RESPONSE'],
    ['hang', 'PROVIDER_TIMEOUT'],
  ] as const)('fail with a clear error when the endpoint answers %s', async (fault, code) => {
    server.reply(...Array.from({ length: 3 }, () => ({ for: 'embeddings' as const, fault })));
    await expect(ai.embed(['one'])).rejects.toMatchObject({ code });
  });
});

describe('the model list of an endpoint', () => {
  it('has the configured default first', async () => {
    const named = openAi({ apiKey: undefined, baseUrl: server.url, model: 'scripted-large', embeddingModel: undefined, idleMs: IDLE_MS });
    expect((await named.models()).map((model) => [model.id, model.isDefault])).toEqual([
      ['scripted-large', true],
      ['scripted', false],
    ]);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('is the configured model where the endpoint lists none, and an error where the endpoint is unreachable', async () => {
    server.reply({ for: 'models', fault: 'model-404' });
    expect(await ai.models()).toEqual([expect.objectContaining({ id: 'scripted', isDefault: true })]);
    await expect(open(await closedAddress()).models()).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });
});
