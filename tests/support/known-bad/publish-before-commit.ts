import { breakProduct } from './variant.ts';

// For `node --import`: the run log publishes its bursts before it stores them, so text that a client has shown is lost
// when the process dies in between.
breakProduct(
  'subgraphs/conversations/run/run-log.js',
  'const alive = await this.#store(batch);',
  `
  await this.#show(batch, new Map(batch.map(({ handle }) => [handle.runId, { stop: false }])));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await this.#store(batch);
  const alive = new Map();
  return;`,
);
