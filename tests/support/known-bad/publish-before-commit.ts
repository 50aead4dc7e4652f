import { registerHooks } from 'node:module';

/**
 * A known-bad variant of the product, for `node --import`: the run log shows its bursts before it stores them.
 * What a client saw is then lost when the process dies in between.
 */
const RIGHT = 'const alive = await this.#store(batch);';
const WRONG = `
  await this.#show(batch, new Map(batch.map(({ handle }) => [handle.runId, { stop: false }])));
  await new Promise((resolve) => setTimeout(resolve, 300));
  await this.#store(batch);
  const alive = new Map();
  return;`;

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith('/subgraphs/conversations/run/run-log.js')) return loaded;
    const source = String(loaded.source);
    if (!source.includes(RIGHT)) throw new Error('The run log no longer has the line that this variant breaks.');
    return { ...loaded, source: source.replace(RIGHT, WRONG) };
  },
});
