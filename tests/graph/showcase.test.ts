import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startProduct, type Product } from '../support/product.ts';

/** From a conversation to what it cost, across all six subgraphs. */
const SHOWCASE = `query Showcase($id: ID!) {
  viewer { name }
  conversation(id: $id) {
    title
    assistant { name owner { name } }
    messages(first: 20) {
      edges {
        node {
          role
          text
          citations { number passage { page text document { name pageCount knowledgeBase { name } } } }
          run { status assistantVersion { number tools { name } } toolCalls { tool { name } result } usage { inputTokens outputTokens costUsd } }
        }
      }
    }
  }
}`;

const DOCUMENT =
  '# Harbour rules\n\nThe harbour master opens the gate at six in the morning.\n\n# Fees\n\nA berth costs 12 euros a night.\n';

let model: ModelServer;
let product: Product;
let ada: Person;
let conversationId: string;

beforeAll(async () => {
  model = await startModelServer();
  product = await startProduct({ env: { OPENAI_BASE_URL: model.url, LOG_LEVEL: 'debug' } });
  ada = await Person.signUp(product);
  const base = await ada.ask('mutation { createKnowledgeBase(input: { name: "Harbour" }) { knowledgeBase { id } } }');
  const knowledgeBaseId = base.createKnowledgeBase.knowledgeBase.id;
  await addDocument(ada, knowledgeBaseId, { name: 'harbour.md', mediaType: 'text/markdown', content: DOCUMENT });
  ({ conversationId } = await ada.startConversation({ knowledgeBaseIds: [knowledgeBaseId], toolIds: ['calculate'] }));
  for (const nights of [2, 3, 4]) {
    model.reply(
      { toolCalls: [{ name: 'calculate', arguments: { expression: `12 * ${nights}` } }] },
      { text: `That is ${12 * nights} euros [1].`, usage: true },
    );
    const { runId } = await ada.send(conversationId, `What do ${nights} nights at a berth cost?`);
    await ada.follow(runId);
    const usage = () => ada.ask('query ($id: ID!) { run(id: $id) { usage { inputTokens } } }', { id: runId });
    await eventually(usage, ({ run }) => run.usage !== null);
  }
});

afterAll(async () => {
  await product.stop();
  await model.stop();
});

describe('the graph', () => {
  it('tells a conversation with its sources, tools and cost in one query', async () => {
    const { conversation, viewer } = await ada.ask(SHOWCASE, { id: conversationId });
    expect(viewer.name).toBe('Ada');
    const answers = conversation.messages.edges.map((edge: any) => edge.node).filter((node: any) => node.role === 'ASSISTANT');
    expect(answers).toHaveLength(3);
    expect(answers[0]).toEqual({
      role: 'ASSISTANT',
      text: 'That is 24 euros [1].',
      citations: [
        {
          number: 1,
          passage: {
            page: null,
            text: expect.stringContaining('berth'),
            document: { name: 'harbour.md', pageCount: null, knowledgeBase: { name: 'Harbour' } },
          },
        },
      ],
      run: {
        status: 'COMPLETED',
        assistantVersion: { number: 1, tools: [{ name: 'calculate' }] },
        toolCalls: [{ tool: { name: 'calculate' }, result: expect.objectContaining({}) }],
        usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number), costUsd: null },
      },
    });
  });

  it('asks the database no more often when the conversation is longer', async () => {
    const countOnce = async (first: number) => {
      const before = product.logs.length;
      await ada.ask(SHOWCASE.replace('first: 20', `first: ${first}`), { id: conversationId });
      return product.logs.slice(before).filter((line) => line['msg'] === 'sql' && /select/i.test(line['sql'])).length;
    };
    // What runs beside requests asks the database too, now and then: the least of several counts is the query's own.
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

  it('still tells the words of a source whose document was deleted', async () => {
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
});
