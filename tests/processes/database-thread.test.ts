import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { RUN_EVENTS } from '../support/run-reader.ts';

const VIEWER = '{ viewer { id } }';
/** Generous, for a machine that runs other suites. */
const AGAIN_MS = 60_000;
const MESSAGES = 'query ($id: ID!) { conversation(id: $id) { messages(first: 10) { edges { node { role text } } } } }';

describe('the product after its database thread has crashed', () => {
  let model: ModelServer;
  let product: Product;
  let ada: Person;

  beforeAll(async () => {
    model = await startModelServer();
    const env = { OPENAI_BASE_URL: model.url, OPENAI_MODEL: 'scripted' };
    product = await startProduct({ env, preload: 'dist/tests/support/end-database-thread.js' });
    ada = await Person.signUp(product);
  });
  afterAll(async () => {
    await product.stop();
    await model.stop();
  });

  it('starts a new thread, keeps committed data, and completes running answers', async () => {
    const { conversationId } = await ada.startConversation();
    const { promise: isOpenAgain, resolve: end } = Promise.withResolvers<void>();
    model.reply({ tokens: 5, goesOnUntil: isOpenAgain });
    const { runId } = await ada.send(conversationId, 'Go on for a while');
    const kinds: string[] = [];
    const read = async () => {
      for await (const { data } of product.socket(ada.token).iterate<any>({ query: RUN_EVENTS, variables: { runId } }))
        if (data) kinds.push(data.runEvents.__typename);
    };
    // The stream may end with an error while the database is away; a client then subscribes again.
    const interrupted = read().catch(() => undefined);
    await eventually(
      async () => kinds,
      (seen) => seen.includes('TextDelta'),
      AGAIN_MS,
    );
    product.child.kill('SIGUSR2');
    await eventually(
      async () => product.logs.filter(({ msg }) => /database thread died/.test(msg)).length,
      (count) => count === 1,
      AGAIN_MS,
    );
    await eventually(
      () => product.graph(VIEWER, {}, ada.token),
      ({ data }) => data?.viewer?.id === ada.id,
      AGAIN_MS,
    );
    end();
    await interrupted;
    if (kinds.at(-1) !== 'RunFinished') await read();
    expect(kinds.at(-1)).toBe('RunFinished');
    const { conversation } = await ada.ask(MESSAGES, { id: conversationId });
    expect(conversation.messages.edges.map(({ node }: any) => node.role)).toEqual(['USER', 'ASSISTANT']);
  });

  it('starts new jobs without delay, because the queue subscribes again to the new thread', async () => {
    const { conversationId } = await ada.startConversation();
    const { runId } = await ada.send(conversationId, 'Hello');
    expect((await ada.follow(runId)).last.__typename).toBe('RunFinished');
  });
});
