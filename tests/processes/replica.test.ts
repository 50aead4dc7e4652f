import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PgvectorServer } from '../support/deployment/pgvector-server.ts';
import { addDocument } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { Relay } from '../support/relay.ts';
import { readMetrics } from '../support/telemetry/metrics.ts';
import { describeWhen } from '../support/when.ts';

const METRICS_TOKEN = 'a token of at least thirty-two characters';
const SEARCH = 'query ($query: String!) { searchMessages(query: $query) { message { id } } }';
const REPORTS = `query ($input: UsageInput!) { auditLog(first: 1) { totalCount edges { node { id } } } usage(input: $input) { totals { runs } } }`;
const CREATE_BASE = 'mutation ($input: CreateKnowledgeBaseInput!) { createKnowledgeBase(input: $input) { knowledgeBase { id } } }';
const SEARCH_BASE = 'query ($input: SearchKnowledgeInput!) { searchKnowledge(input: $input) { passage { document { id } } } }';
/** Counts open connections without those of health checks. */
const READERS = `select coalesce(array_agg(distinct application_name), '{}') as names from pg_stat_activity where application_name ~ '^parley \\w'`;
/** Exceeds the time that an unresponsive replica may delay a reader: the interval and the timeout of its health check. */
const PATIENCE_MS = 6_000;

describeWhen(missingPostgres(), 'a product with a replica of its database', () => {
  let primary: Postgres;
  let standby: Postgres;
  let relay: Relay;
  let vectors: PgvectorServer;
  let product: Product;
  let dataDir: string;
  let database: string;
  let ada: Person;
  let conversationId: string;
  let first: string;

  beforeAll(async () => {
    [primary, vectors, dataDir] = await Promise.all([startPostgres(), PgvectorServer.start(), keptDataDirectory()]);
    database = new URL(await primary.fresh()).pathname.slice(1);
    const data = join(primary.directory, 'standby');
    const server = ['-h', '127.0.0.1', '-p', new URL(primary.urlOf(database)).port, '-U', 'parley'];
    await primary.run('pg_basebackup', [...server, '-D', data, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync']);
    standby = await startPostgres({ data, settings: ['hot_standby=on'] });
    const behind = new URL(standby.urlOf(database));
    relay = await Relay.start(Number(behind.port));
    behind.port = String(relay.port);
    const env = {
      DATABASE_URL: primary.urlOf(database),
      DATABASE_REPLICA_URL: behind.href,
      VECTOR_DATABASE_URL: vectors.url,
      METRICS_TOKEN,
    };
    await standby.kill();
    product = await startProduct({ dataDir, env });
    ada = await Person.signUp(product);
    ({ conversationId } = await ada.startConversation());
    first = await write('a heliotrope in the harbour');
  });
  afterAll(async () => {
    await product?.stop();
    await Promise.all([relay?.close(), standby?.stop(), vectors?.stop()]);
    await primary?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function write(text: string): Promise<string> {
    const { messageId, runId } = await ada.send(conversationId, text);
    await ada.follow(runId);
    return messageId;
  }

  async function search(query: string): Promise<string[]> {
    const { searchMessages } = await ada.ask(SEARCH, { query });
    return searchMessages.map(({ message }: { message: { id: string } }) => message.id);
  }

  async function readiness(): Promise<{ status: string; part: string }> {
    const response = await fetch(`${product.url}/health/ready`);
    const { status, parts } = (await response.json()) as { status: string; parts: Record<string, string> };
    return { status, part: parts['replica-1']! };
  }

  const isWell = () => eventually(readiness, ({ status, part }) => status === 'ready' && part === 'up', 30_000);
  const isLeftAlone = () => eventually(readiness, ({ status, part }) => status === 'degraded' && part === 'down');

  const readersOf = async (server: Postgres) => (await server.ask<{ names: string[] }>(database, READERS)).names;

  /** Reads that started on the replica and were repeated on the primary. */
  const repeated = () => product.logs.filter(({ msg }) => msg === 'a replica failed to answer; asking the primary').length;

  /** Resolves once the replica alone has answered a read of this kind. */
  const isReadBy = (name: string, use: () => Promise<void>) =>
    eventually(
      async () => {
        const before = repeated();
        await use();
        return { names: await readersOf(standby), repeated: repeated() - before };
      },
      (seen) => seen.names.includes(name) && seen.repeated === 0,
      30_000,
    );

  /** Searches continuously for several people during `happening`; returns the longest wait. */
  async function whilePeopleSearch(happening: () => Promise<unknown>): Promise<{ count: number; slowest: number }> {
    let isOver = false;
    const waited: number[] = [];
    const person = async () => {
      while (!isOver) {
        const began = performance.now();
        expect(await search('heliotrope')).toContain(first);
        waited.push(performance.now() - began);
      }
    };
    const people = Promise.all(Array.from({ length: 4 }, person));
    try {
      await Promise.race([happening(), people]);
    } finally {
      isOver = true;
    }
    await people;
    return { count: waited.length, slowest: Math.round(Math.max(...waited)) };
  }

  it('starts without its replica, and reads from it once it is available', async () => {
    expect(await readiness()).toEqual({ status: 'degraded', part: 'down' });
    expect(await search('heliotrope')).toContain(first);
    await standby.start();
    await isWell();
    await isReadBy('parley conversations', async () => expect(await search('heliotrope')).toContain(first));
    const span = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
    await isReadBy('parley analytics', async () => {
      const { auditLog, usage } = await ada.ask(REPORTS, { input: span });
      expect([auditLog.totalCount > 0, usage.totals.runs]).toEqual([true, 1]);
    });
    const metrics = await readMetrics(product.url, METRICS_TOKEN);
    expect(metrics.sum('parley_replica_usable', { replica: 'replica-1' })).toBe(1);
    expect(metrics.sum('parley_replica_behind_seconds', { replica: 'replica-1' })).toBeLessThan(5);
  }, 60_000);

  it('searches a new document on the primary, and on the replica once its knowledge base has not changed for a while', async () => {
    const { createKnowledgeBase } = await ada.ask(CREATE_BASE, { input: { name: 'Harbours' } });
    const knowledgeBaseId = createKnowledgeBase.knowledgeBase.id;
    const content = 'The harbour freezes in February.';
    const { id } = await addDocument(ada, knowledgeBaseId, { name: 'a.txt', mediaType: 'text/plain', content });
    const found = async () => {
      const { searchKnowledge } = await ada.ask(SEARCH_BASE, {
        input: { query: 'february', knowledgeBaseIds: [knowledgeBaseId], mode: 'KEYWORD' },
      });
      return searchKnowledge.map(({ passage }: { passage: { document: { id: string } } }) => passage.document.id);
    };
    expect(await found()).toEqual([id]);
    expect(await readersOf(standby)).not.toContain('parley knowledge');
    await isReadBy('parley knowledge', async () => expect(await found()).toEqual([id]));
  }, 60_000);

  it('finds new rows while the replica lags', async () => {
    await isWell();
    await standby.ask(database, 'select pg_wal_replay_pause()');
    const began = performance.now();
    const { messageId: written } = await ada.send(conversationId, 'a nasturtium in the harbour');
    const { count, slowest } = await whilePeopleSearch(() =>
      eventually(
        () => search('nasturtium'),
        (found) => found.includes(written),
      ),
    );
    process.stderr.write(
      `found after ${Math.round(performance.now() - began)} ms; ${count} searches meanwhile, the slowest took ${slowest} ms\n`,
    );
    await isLeftAlone();
    for (let times = 0; times < 20; times += 1) expect(await search('nasturtium')).toContain(written);
    const { behind } = await standby.ask<{ behind: boolean }>(
      database,
      `select not exists (select from conversations.message where id = '${written}') as behind`,
    );
    expect(behind).toBe(true);
    const metrics = await readMetrics(product.url, METRICS_TOKEN);
    expect(metrics.sum('parley_replica_usable')).toBe(0);
    expect(metrics.sum('parley_replica_behind_seconds')).toBeGreaterThan(2);
    await standby.ask(database, 'select pg_wal_replay_resume()');
    await isWell();
    expect(await search('nasturtium')).toContain(written);
  }, 60_000);

  it('fails no request when the replica is killed, and reads from it again after its return', async () => {
    const { count, slowest } = await whilePeopleSearch(async () => {
      await isWell();
      await eventually(
        () => readersOf(standby),
        (names) => names.includes('parley conversations'),
      );
      await standby.kill();
      await isLeftAlone();
    });
    process.stderr.write(
      `${count} searches around the death of the replica, the slowest took ${slowest} ms; ${repeated()} were repeated\n`,
    );
    const left = await write('a marigold in the harbour');
    expect(await search('marigold')).toEqual([left]);
    await standby.start();
    await isWell();
    await isReadBy('parley conversations', async () => expect(await search('marigold')).toEqual([left]));
  }, 90_000);

  it('repeats on the primary a read that the replica cancels', async () => {
    const before = repeated();
    await whilePeopleSearch(() =>
      eventually(
        async () => {
          await standby.ask(
            database,
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'parley conversations'",
          );
          return repeated() - before;
        },
        (count) => count > 3,
      ),
    );
  }, 60_000);

  it('delays no request for long when the replica stops responding', async () => {
    await relay.setState('pass');
    await isWell();
    const { count, slowest } = await whilePeopleSearch(async () => {
      // A read over an open connection would wait longest.
      await isReadBy('parley conversations', async () => void (await search('heliotrope')));
      await relay.setState('hold');
      await isLeftAlone();
    });
    process.stderr.write(`${count} searches around the silence of the replica, the slowest took ${slowest} ms\n`);
    expect(slowest).toBeLessThan(PATIENCE_MS);
    await relay.setState('pass');
    await isWell();
  }, 60_000);

  it('reads from the replica again after an outage of the primary', async () => {
    await primary.kill();
    await eventually(readiness, ({ status }) => status === 'not ready', 30_000);
    await primary.start();
    await isWell();
    const written = await write('a larkspur in the harbour');
    await eventually(
      () => search('larkspur'),
      (found) => found.includes(written),
    );
  }, 90_000);
});
