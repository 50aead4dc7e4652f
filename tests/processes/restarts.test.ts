import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { readRun, RUN_EVENTS } from '../support/run-reader.ts';

const SLOW = { tokens: 1000, delayMs: 20 };

let model: ModelServer;
let dataDir: string;

beforeAll(async () => {
  model = await startModelServer({ otherwise: SLOW });
});

afterAll(async () => {
  await model.stop();
});

beforeEach(async () => {
  dataDir = await keptDataDirectory();
});

describe('a run whose process ends during the answer', () => {
  it('is completed after three restarts', async () => {
    const { last, status, attempt } = await interrupt(3, (product) => product.stop());
    expect({ last, status }).toEqual({ last: 'RunFinished', status: 'COMPLETED' });
    expect(attempt).toBe(4);
  }, 300_000);

  it('fails after ten crashes', async () => {
    const { last, status } = await interrupt(10, (product) => product.kill());
    expect({ last, status }).toEqual({ last: 'RunFailed', status: 'INTERRUPTED' });
  }, 300_000);
});

/** Ends the process `times` times during an answer; the next attempt would be fast. */
async function interrupt(times: number, end: (product: Product) => Promise<void>) {
  const start = () => startProduct({ dataDir, env: { OPENAI_BASE_URL: model.url, RUN_LEASE_MS: '500' } });
  model.otherwise = SLOW;
  let product = await start();
  try {
    const ada = await Person.signUp(product);
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'A long story');
    for (let ended = 0; ended < times; ended++) {
      await writes(product, ada.token, runId, ended + 1);
      await end(product);
      if (ended === times - 1) model.otherwise = { text: 'The end.' };
      product = await start();
    }
    const { last } = await readRun(product.socket(ada.token), runId);
    const { run } = await product.ask('query ($id: ID!) { run(id: $id) { status attempt } }', { id: runId }, ada.token);
    return { last: last.__typename, ...run };
  } finally {
    await product.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Resolves once the given attempt has written text. */
async function writes(product: Product, token: string, runId: string, attempt: number): Promise<void> {
  for await (const { data } of product.socket(token).iterate<any>({ query: RUN_EVENTS, variables: { runId } })) {
    const { __typename: kind, cursor } = data.runEvents;
    if (kind === 'TextDelta' && cursor.startsWith(`${attempt}-`)) return;
  }
  throw new Error('the run ended before it was interrupted');
}
