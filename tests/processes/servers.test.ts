import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { addDocument } from '../support/documents.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { missingPgvector, missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { missingRedis, startRedis, type Redis } from '../support/redis.ts';
import { readRun } from '../support/run-reader.ts';
import { describeWhen } from '../support/when.ts';

/** Vectors are in Weaviate if the settings of this run name a server. */
const weaviate = Object.fromEntries(Object.entries(process.env).filter(([name, value]) => name.startsWith('WEAVIATE_') && value)) as Record<
  string,
  string
>;
const missingVectors = weaviate['WEAVIATE_URL'] ? null : missingPgvector();

const CONVERSATION = 'query ($id: ID!) { conversation(id: $id) { id title } }';
const MESSAGE = 'query ($id: ID!) { message(id: $id) { text } }';
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const HARBOUR = 'The harbour of Brennholm freezes in February, and the ferries rest until the ice breaks.';

describeWhen(missingPostgres() ?? missingRedis ?? missingVectors, 'the product on servers', () => {
  let postgres: Postgres;
  let redis: Redis;
  let model: ModelServer;
  let env: Record<string, string>;
  let dataDir: string;
  const start = () => startProduct({ dataDir, env });

  beforeAll(async () => {
    [postgres, redis, model] = await Promise.all([startPostgres(), startRedis(), startModelServer({ otherwise: { tokens: 40 } })]);
    dataDir = await keptDataDirectory();
    env = { ...weaviate, DATABASE_URL: await postgres.fresh(), REDIS_URL: redis.url, OPENAI_BASE_URL: model.url };
  });
  afterAll(async () => {
    await Promise.all([postgres?.stop(), redis?.stop(), model?.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function converse(product: Product) {
    const ada = await Person.signUp(product);
    const { conversationId } = await ada.startConversation();
    const { runId, answerId } = await ada.send(conversationId, 'Tell me a story.');
    const run = await ada.follow(runId);
    return { ada, conversationId, runId, answerId, run };
  }

  it('completes an answer, and still has it after a restart', async () => {
    const first = await start();
    const { ada, conversationId, runId, answerId, run } = await converse(first);
    expect(run.last.__typename).toBe('RunFinished');
    expect(run.text).not.toBe('');
    await first.stop();

    const second = await start();
    expect((await second.ask(CONVERSATION, { id: conversationId }, ada.token)).conversation.id).toBe(conversationId);
    expect((await second.ask(MESSAGE, { id: answerId }, ada.token)).message.text).toBe(run.text);
    const again = new Client({ connectionString: env['DATABASE_URL']! });
    await again.connect();
    const { rows } = await again.query('select status from conversations.run where id = $1', [runId]);
    await again.end();
    expect(rows).toEqual([{ status: 'COMPLETED' }]);
    await second.stop();
  });

  it('streams in one process what another writes, and finds documents that another has ingested', async () => {
    const [here, there] = await Promise.all([start(), start()]);
    const ada = await Person.signUp(here);
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } });
    const knowledgeBaseId = createKnowledgeBase.knowledgeBase.id;
    const document = await addDocument(ada, knowledgeBaseId, { name: 'harbour.txt', mediaType: 'text/plain', content: HARBOUR });
    expect(document).toMatchObject({ status: 'READY' });
    const { conversationId } = await ada.startConversation({ knowledgeBaseIds: [knowledgeBaseId] });
    const { runId } = await ada.send(conversationId, 'When does the harbour freeze?');
    const [near, far] = await Promise.all([ada.follow(runId), readRun(there.socket(ada.token), runId)]);
    expect(far.events).toEqual(near.events);
    expect(far.last.__typename).toBe('RunFinished');
    await Promise.all([here.stop(), there.stop()]);
  });
});
