import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { missingServers } from '../support/deployment/deployment.ts';
import { startVectorServer, type VectorServer } from '../support/deployment/vector-server.ts';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { startRedis, type Redis } from '../support/redis.ts';
import { Relay, type LinkState } from '../support/relay.ts';
import { startS3, type S3Server } from '../support/s3/start.ts';
import { describeWhen } from '../support/when.ts';

const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const SEARCH = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { id } } }';
const ADD = 'mutation ($input: AddDocumentInput!) { addDocument(input: $input) { uploadUrl } }';
/** Exceeds the timeout of every dependency. */
const PATIENCE_MS = 30_000;

type Fault = Exclude<LinkState, 'pass'>;
/** `ok`, or the code of the error. */
type Outcome = string;

describeWhen(missingServers, 'the product with a failing dependency', () => {
  /** Relays by dependency. */
  const relays = new Map<string, Relay[]>();
  let servers: [Postgres, Redis, ModelServer, VectorServer, S3Server];
  let product: Product;
  let dataDir: string;
  let ada: Person;
  let knowledgeBaseId: string;

  /** Opens a relay and returns its port. */
  async function relayTo(name: string, port: string): Promise<string> {
    const relay = await Relay.start(Number(port));
    relays.set(name, [...(relays.get(name) ?? []), relay]);
    return String(relay.port);
  }

  async function behind(name: string, url: string): Promise<string> {
    const target = new URL(url);
    target.port = await relayTo(name, target.port);
    return target.href;
  }

  /** The second port of Weaviate. */
  async function vectorsBehind(name: string, { setting, env }: VectorServer): Promise<Record<string, string>> {
    const { WEAVIATE_GRPC_PORT: grpc, ...others } = env;
    const moved = { ...others, [setting]: await behind(name, env[setting]!) };
    return grpc ? { ...moved, WEAVIATE_GRPC_PORT: await relayTo(name, grpc) } : moved;
  }

  beforeAll(async () => {
    servers = await Promise.all([startPostgres(), startRedis(), startModelServer(), startVectorServer(), startS3()]);
    const [postgres, redis, model, vectors, s3] = servers;
    dataDir = await keptDataDirectory();
    product = await startProduct({
      dataDir,
      env: {
        DATABASE_URL: await behind('PostgreSQL', await postgres.fresh()),
        REDIS_URL: await behind('Redis', redis.url),
        OPENAI_BASE_URL: await behind('model', model.url),
        ...(await vectorsBehind('vectors', vectors)),
        S3_ENDPOINT: await behind('S3', s3.address.endpoint!),
        S3_BUCKET: s3.address.bucket,
        S3_ACCESS_KEY_ID: s3.address.credentials!.accessKeyId,
        S3_SECRET_ACCESS_KEY: s3.address.credentials!.secretAccessKey,
        PROVIDER_IDLE_MS: '1500',
      },
    });
    ada = await Person.signUp(product);
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } });
    knowledgeBaseId = createKnowledgeBase.knowledgeBase.id;
    await addDocument(ada, knowledgeBaseId, { name: 'a.txt', mediaType: 'text/plain', content: 'The harbour freezes in February.' });
  });
  afterAll(async () => {
    await product?.stop();
    await Promise.all([...relays.values()].flat().map((relay) => relay.close()));
    await Promise.all((servers ?? []).map((server) => server.stop()));
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function ask(query: string, variables: Record<string, unknown> = {}): Promise<Outcome> {
    const { errors } = await product.graph(query, variables, ada.token);
    return (errors?.[0]?.extensions['code'] as string | undefined) ?? 'ok';
  }

  async function converse(): Promise<Outcome> {
    const { conversationId } = await ada.startConversation();
    const { last } = await ada.follow((await ada.send(conversationId, 'How is the weather?')).runId);
    return last.__typename === 'RunFinished' ? 'ok' : last.code;
  }

  async function upload(): Promise<Outcome> {
    const content = `Storm ${Math.random()}`;
    const input = { knowledgeBaseId, name: 'b.txt', mediaType: 'text/plain', sizeBytes: content.length };
    const { addDocument: added } = await ada.ask(ADD, { input });
    const response = await fetch(added.uploadUrl, { method: 'PUT', headers: { 'content-type': 'text/plain' }, body: content });
    if (response.ok) return 'ok';
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    return errors[0]!.extensions.code;
  }

  const search = () => ask(SEARCH, { input: { query: 'harbour', knowledgeBaseIds: [knowledgeBaseId], mode: 'VECTOR' } });
  const write = () => ask(CREATE_BASE, { input: { name: `Base ${Math.random()}` } });

  // Delays and slices only slow an answer; the timeout of the model alone is shorter than a delay.
  const AWAY = { down: 'DEPENDENCY_UNAVAILABLE', hold: 'DEPENDENCY_UNAVAILABLE', reset: 'DEPENDENCY_UNAVAILABLE', late: 'ok', slice: 'ok' };
  // Redis has live messages only, so requests succeed without it.
  const UNNOTICED = { down: 'ok', hold: 'ok', reset: 'ok', late: 'ok', slice: 'ok' };
  const MODEL = {
    down: 'PROVIDER_UNAVAILABLE',
    hold: 'PROVIDER_TIMEOUT',
    reset: 'PROVIDER_UNAVAILABLE',
    late: 'PROVIDER_TIMEOUT',
    slice: 'ok',
  };

  describe.each<[string, () => Promise<Outcome>, Record<Fault, Outcome>]>([
    ['PostgreSQL', write, AWAY],
    ['Redis', converse, UNNOTICED],
    ['vectors', search, AWAY],
    ['S3', upload, AWAY],
    ['model', converse, MODEL],
  ])('%s', (name, use, outcomes) => {
    it.each(Object.entries(outcomes) as [Fault, Outcome][])(
      'under the fault %s: the outcome is %s, and it recovers without a restart',
      async (fault, expected) => {
        const setState = (state: LinkState) => Promise.all(relays.get(name)!.map((relay) => relay.setState(state)));
        await setState(fault);
        expect(await within(PATIENCE_MS, use())).toBe(expected);
        await setState('pass');
        await eventually(use, (now) => now === 'ok', PATIENCE_MS);
        expect(product.child.exitCode).toBeNull();
      },
      120_000,
    );
  });

  it('completes every answer when PostgreSQL is unavailable for a moment at any point of a run', async () => {
    const [relay] = relays.get('PostgreSQL')!;
    const statuses: string[] = [];
    for (let round = 0; round < 8; round++) {
      const { conversationId } = await ada.startConversation();
      const { runId } = await ada.send(conversationId, 'How is the weather?');
      // A later point each time.
      for (let step = 0; step < round; step++) await fetch(`${product.url}/health/live`);
      await relay!.setState('down');
      await relay!.setState('pass');
      const { data } = await eventually(
        () => product.graph('query ($id: ID!) { run(id: $id) { status } }', { id: runId }, ada.token),
        (answer) => !['QUEUED', 'RUNNING', undefined].includes(answer.data?.run?.status),
        PATIENCE_MS,
      );
      statuses.push(data.run.status);
    }
    expect(statuses).toEqual(statuses.map(() => 'COMPLETED'));
  }, 120_000);
});

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)));
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
