import { rmSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startModelServer } from '../support/model-server.ts';
import { Person, type SentMessage } from '../support/person.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { readRun, RUN_EVENTS, shownText } from '../support/run-reader.ts';

const RUNS = 20;
const BAD = 'dist/tests/support/known-bad/publish-before-commit.js';

describe('runs whose process is killed', () => {
  it('end with the text that clients saw, after two kills', async () => {
    const { seen, replayed, stored } = await killTwice();
    for (const [runId, events] of seen) {
      expect(events).toEqual(replayed.get(runId));
      expect(events.at(-1).__typename).toBe('RunFinished');
      expect(shownText(events)).toBe(stored.get(runId));
    }
    // The kills happened during the answers.
    expect([...seen.values()].some((events) => events.some((event) => event.attempt === 3))).toBe(true);
  }, 300_000);

  it('lose text that clients saw if events are published before they are stored (known-bad variant)', async () => {
    const { seen, replayed } = await killTwice(BAD);
    const lost = [...seen].filter(([runId, events]) => JSON.stringify(events) !== JSON.stringify(replayed.get(runId)));
    expect(lost.length).toBeGreaterThan(0);
  }, 300_000);
});

/** Returns what clients saw of 20 runs while their process was killed twice, the replayed log, and the stored messages. */
async function killTwice(preload?: string) {
  // Answers begin after all are followed and end after the last kill, on any machine.
  const [followed, killed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const model = await startModelServer({ otherwise: { delayMs: 40, until: followed.promise, goesOnUntil: killed.promise } });
  const dataDir = await keptDataDirectory();
  const start = () => startProduct({ dataDir, env: { OPENAI_BASE_URL: model.url, RUN_LEASE_MS: '1000' }, ...(preload ? { preload } : {}) });
  let product = await start();
  const ada = await Person.signUp(product);
  const sent: SentMessage[] = [];
  for (let i = 0; i < RUNS; i++) {
    const { conversationId } = await ada.startConversation();
    sent.push(await ada.send(conversationId, `Story ${i}`));
  }
  const seen = new Map<string, any[]>(sent.map(({ runId }) => [runId, []]));
  for (let kill = 0; kill < 2; kill++) {
    const watching = watchUntil(product, ada.token, seen, kill + 1);
    await eventually(
      async () => [...seen.values()],
      (shown) => shown.every(({ length }) => length > 0),
    );
    followed.resolve();
    await watching;
    await product.kill();
    product = await start();
  }
  killed.resolve();
  const replayed = new Map<string, any[]>();
  const stored = new Map<string, string>();
  await Promise.all(
    sent.map(async ({ runId, answerId }) => {
      const events = seen.get(runId)!;
      // A log that ends before the cursor rejects it: this is a loss, too.
      const rest = await readRun(product.socket(ada.token), runId, events.at(-1)?.cursor).catch(() => ({
        events: [{ __typename: 'Lost' }],
      }));
      events.push(...rest.events);
      replayed.set(runId, (await readRun(product.socket(ada.token), runId)).events);
      stored.set(runId, (await product.ask('query ($id: ID!) { message(id: $id) { text } }', { id: answerId }, ada.token)).message.text);
    }),
  );
  await product.stop();
  await model.stop();
  rmSync(dataDir, { recursive: true, force: true });
  return { seen, replayed, stored };
}

/** Follows every run from its cursor until each has shown several events of the given attempt. */
async function watchUntil(product: Product, token: string, seen: Map<string, any[]>, attempt: number): Promise<void> {
  await Promise.all(
    [...seen].map(
      ([runId, events]) =>
        new Promise<void>((resolve) => {
          product.socket(token).subscribe<any>(
            { query: RUN_EVENTS, variables: { runId, after: events.at(-1)?.cursor } },
            {
              next({ data }) {
                events.push(data.runEvents);
                const [now, seq] = data.runEvents.cursor.split('-').map(Number);
                if (now >= attempt && seq > 5) resolve();
              },
              error: () => resolve(),
              complete: () => resolve(),
            },
          );
        }),
    ),
  );
}
