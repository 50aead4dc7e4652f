import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import type { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';
import { prepareDeepQuery, DEEP_QUERY } from '../support/deep-query.ts';

let model: ModelServer;
let product: Product;
let ada: Person;
let conversationId: string;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, LOG_LEVEL: 'debug' } });
  ({ ada, conversationId } = await prepareDeepQuery(product, model));
});

afterAll(async () => {
  await product?.stop();
  await model?.stop();
});

/** The content of the answer is tested in tests/processes/journeys.test.ts. */
describe('a conversation with runs, citations and assistant in one query', () => {
  it('takes no more database statements when the conversation is longer', async () => {
    const countOnce = async (first: number) => {
      const before = product.logs.length;
      await ada.ask(DEEP_QUERY.replace('first: 20', `first: ${first}`), { id: conversationId });
      return product.logs.slice(before).filter((line) => line['msg'] === 'sql' && /select/i.test(line['sql'])).length;
    };
    // Background jobs add database statements now and then, so the minimum of several counts is taken.
    const countFor = async (first: number) => {
      const counts: number[] = [];
      for (let time = 0; time < 8; time++) counts.push(await countOnce(first));
      return Math.min(...counts);
    };
    const short = await countFor(2);
    const long = await countFor(6);
    expect(long).toBe(short);
    expect(long).toBeLessThanOrEqual(20);
  });

  it('still has the text of a source whose document was deleted', async () => {
    const SOURCES = `query ($id: ID!) { conversation(id: $id) { messages { edges { node { role citations {
      number documentName quote documentId document { id } passage { text document { name } }
    } } } } } }`;
    const read = async () => {
      const { conversation } = await ada.ask(SOURCES, { id: conversationId });
      return conversation.messages.edges.at(-1).node.citations[0];
    };
    const before = await read();
    expect(before).toMatchObject({
      document: { id: before.documentId },
      passage: { text: before.quote, document: { name: 'harbour.md' } },
    });
    await ada.ask('mutation ($id: ID!) { deleteDocument(input: { id: $id }) { deletedId } }', { id: before.documentId });
    expect(await read()).toEqual({ ...before, document: null, passage: null });
  });

  it('replays its events with null in the place of a deleted document', async () => {
    const { conversation } = await ada.ask('query ($id: ID!) { conversation(id: $id) { messages { edges { node { run { id } } } } } }', {
      id: conversationId,
    });
    const query =
      'subscription ($runId: ID!) { runEvents(runId: $runId) { ... on PassagesRetrieved { passages { text document { name } } } } }';
    const variables = { runId: conversation.messages.edges.at(-1).node.run.id };
    const events: any[] = [];
    for await (const event of product.socket(ada.token).iterate<any>({ query, variables })) events.push(event);
    expect(events.filter(({ errors }) => errors)).toEqual([]);
    const lists = events.flatMap(({ data }) => data.runEvents.passages ?? []);
    expect(lists).toContain(null);
    expect(lists.filter(Boolean).every(({ text, document }) => text && document.name !== 'harbour.md')).toBe(true);
  });
});
