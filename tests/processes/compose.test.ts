import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readCompose, readDockerfile, type ComposeService } from '../support/deployment/compose.ts';
import { missingServers } from '../support/deployment/deployment.ts';
import { PgvectorServer } from '../support/deployment/pgvector-server.ts';
import { addDocument } from '../support/documents.ts';
import { freePort } from '../support/free-port.ts';
import { startModelServer, type ModelServer } from '../support/model-server.ts';
import { Person } from '../support/person.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { startProduct, type Product } from '../support/product.ts';
import { startRedis, type Redis } from '../support/redis.ts';
import { readRun } from '../support/run-reader.ts';
import { startS3, type S3Server } from '../support/s3/start.ts';
import { readMetrics } from '../support/telemetry/metrics.ts';
import { describeWhen } from '../support/when.ts';

const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';

const START_MS = 300_000;

/**
 * Runs the commands of docker-compose.yml with its settings and secrets as processes of this machine. Only addresses
 * differ: hosts and ports, the folder of the secrets, and pgvector instead of Weaviate.
 */
describeWhen(missingServers, 'the product as docker-compose.yml runs it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-compose-'));
  const secretsFolder = join(folder, 'secrets');
  const { roles } = readCompose({ PUBLIC_HOST: '127.0.0.1' });
  const running = new Map<string, Product>();
  const parts: { stop(): Promise<void> }[] = [];
  let token = '';

  beforeAll(async () => {
    execFileSync(process.execPath, ['infra/deploy/make-secrets.mjs', secretsFolder]);
    const [postgres, redis, s3, model, vectors] = await Promise.all([
      startPostgres(),
      startRedis(),
      startS3(),
      startModelServer({ otherwise: { tokens: 20 } }),
      PgvectorServer.start(),
    ]);
    parts.push(postgres, redis, s3, model, vectors);
    token = await putSecrets({ postgres, redis, s3 });
    const ports = new Map(await Promise.all(roles.map(async ({ name }) => [name, await freePort()] as const)));
    const environmentOf = (service: ComposeService) => settingsHere(service, ports, { s3, model, vectors });
    // In the order of `depends_on`: gateways last.
    const isGateway = ({ command }: ComposeService) => command![0] === 'gateway';
    await start(
      roles.filter((role) => !isGateway(role)),
      environmentOf,
    );
    await start(roles.filter(isGateway), environmentOf);
  }, START_MS);
  afterAll(async () => {
    await Promise.all([...running.values()].map((product) => product.stop()));
    await Promise.all(parts.map((part) => part.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  /** Overrides the generated addresses with those of the test servers, which require no password. */
  async function putSecrets({ postgres, redis, s3 }: { postgres: Postgres; redis: Redis; s3: S3Server }): Promise<string> {
    const { credentials } = s3.address;
    const here = {
      database_url: await postgres.fresh(),
      redis_url: redis.url,
      s3_access_key_id: credentials!.accessKeyId,
      s3_secret_access_key: credentials!.secretAccessKey,
      metrics_token: 'a token of at least thirty-two characters',
    };
    for (const [name, value] of Object.entries(here)) {
      chmodSync(join(secretsFolder, name), 0o600);
      writeFileSync(join(secretsFolder, name), `${value}\n`);
    }
    return here.metrics_token;
  }

  function settingsHere(
    { name, environment }: ComposeService,
    ports: ReadonlyMap<string, number>,
    { s3, model, vectors }: { s3: S3Server; model: ModelServer; vectors: PgvectorServer },
  ): Record<string, string> {
    const moved = Object.entries(environment).map(([setting, value]) => {
      const [, host = ''] = /^http:\/\/([\w-]+):4000$/.exec(value) ?? [];
      return [setting, ports.has(host) ? `http://127.0.0.1:${ports.get(host)}` : value.replace('/run/secrets', secretsFolder)];
    });
    const { WEAVIATE_URL: _url, WEAVIATE_API_KEY_FILE: _key, ...settings } = Object.fromEntries(moved) as Record<string, string>;
    return {
      ...readDockerfile().environment,
      ...settings,
      HOST: '127.0.0.1',
      PORT: String(ports.get(name)),
      PUBLIC_URL: `http://127.0.0.1:${ports.get('gateway-1')}`,
      DATA_DIR: join(folder, 'data'),
      S3_ENDPOINT: s3.address.endpoint!,
      OPENAI_BASE_URL: model.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
      VECTOR_DATABASE_URL: vectors.url,
    };
  }

  async function start(services: ComposeService[], environmentOf: (service: ComposeService) => Record<string, string>): Promise<void> {
    const waiting = [...services];
    const lane = async () => {
      for (let service = waiting.shift(); service; service = waiting.shift()) {
        const product = await startProduct({ role: service.command![0]!, dataDir: join(folder, 'data'), env: environmentOf(service) });
        running.set(service.name, product);
      }
    };
    // Ten processes that start at once slow each other down.
    await Promise.all([lane(), lane()]);
  }

  it('passes the health check of the image in each role', () => {
    for (const [name, { url }] of running) {
      const check = () => execFileSync(process.execPath, ['infra/deploy/health-check.mjs'], { env: { PORT: new URL(url).port } });
      expect(check).not.toThrow(name);
    }
    const absent = () => execFileSync(process.execPath, ['infra/deploy/health-check.mjs'], { env: { PORT: '1' } });
    expect(absent).toThrow();
  });

  it('signs people up and answers with their documents through both gateways', async () => {
    const gateways = [running.get('gateway-1')!, running.get('gateway-2')!];
    const ada = await Person.signUp(gateways[0]!);
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } });
    const knowledgeBaseId = createKnowledgeBase.knowledgeBase.id;
    const content = 'The harbour of Brennholm freezes in February.';
    const document = await addDocument(ada, knowledgeBaseId, { name: 'harbour.txt', mediaType: 'text/plain', content });
    expect(document).toMatchObject({ status: 'READY' });
    for (const gateway of gateways) {
      const { conversationId } = await ada.startConversation({ knowledgeBaseIds: [knowledgeBaseId] });
      const { runId } = await ada.send(conversationId, 'When does the harbour freeze?');
      const { last } = await readRun(gateway.socket(ada.token), runId);
      expect(last.__typename).toBe('RunFinished');
    }
  });

  it('loses no request while a gateway shuts down behind a proxy that checks readiness', async () => {
    const [leaving, staying] = [running.get('gateway-1')!, running.get('gateway-2')!];
    const ada = await Person.signUp(staying);
    const left = leaving.stop();
    // As in the Caddyfile: readiness is checked each second, and the first ready gateway gets the request.
    let [ready, askedAt] = [leaving, Date.now()];
    const statuses: number[] = [];
    let isOver = false;
    void left.then(() => (isOver = true));
    while (!isOver) {
      if (Date.now() - askedAt > 1_000) {
        const isReady = await fetch(`${leaving.url}/health/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
        [ready, askedAt] = [isReady ? leaving : staying, Date.now()];
      }
      statuses.push((await ready.graph('{ viewer { id } }', {}, ada.token)).status);
    }
    expect(ready).toBe(staying);
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    running.delete('gateway-1');
  });

  it('serves metrics in each role, to requests with the token only', async () => {
    for (const { url } of running.values()) {
      expect((await fetch(`${url}/metrics`)).status).toBe(404);
      expect((await readMetrics(url, token)).names.has('parley_operations_total')).toBe(true);
    }
  });
});
