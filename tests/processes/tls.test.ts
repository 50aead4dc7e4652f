import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Authority, missingOpenssl, type Certificate } from '../support/tls/authority.ts';
import { PgvectorServer } from '../support/deployment/pgvector-server.ts';
import { eventually } from '../support/eventually.ts';
import { Person } from '../support/person.ts';
import { missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { startProduct, type Product } from '../support/product.ts';
import { missingCluster, startCluster, startSentinels } from '../support/redis-groups.ts';
import { missingRedisTls, startRedis } from '../support/redis.ts';
import { byTier } from '../support/tier.ts';
import { describeWhen } from '../support/when.ts';

const CONNECTIONS = `select array_agg(distinct application_name) as names, bool_and(ssl) as "areSecure", bool_or(query like 'LISTEN%') as "isListening"
  from pg_stat_activity join pg_stat_ssl using (pid) where application_name like 'parley%'`;
const WAITED = 'waiting for a server';

async function partsOf({ url }: Product): Promise<Record<string, string>> {
  const response = await fetch(`${url}/health/ready`);
  return ((await response.json()) as { parts: Record<string, string> }).parts;
}

describeWhen(missingOpenssl, 'servers with certificates of a private authority', () => {
  const authority = new Authority();
  const trusting = { NODE_EXTRA_CA_CERTS: authority.file };
  let certificate: Certificate;
  let distrust: () => void;
  /** Servers of the current test, stopped at its end. */
  const parts: { stop(): Promise<void> }[] = [];
  async function started<Part extends { stop(): Promise<void> }>(part: Promise<Part>): Promise<Part> {
    parts.push(await part);
    return part;
  }

  beforeAll(() => {
    certificate = authority.issue('DNS:localhost', 'IP:127.0.0.1');
    distrust = authority.trust();
  });
  afterEach(async () => {
    for (const part of parts.splice(0).reverse()) await part.stop();
  });
  afterAll(() => {
    distrust();
    authority.forget();
  });

  describeWhen(missingPostgres(), 'PostgreSQL', () => {
    let primary: Postgres;
    let standby: Postgres;
    let vectors: PgvectorServer;
    let database: string;

    beforeAll(async () => {
      [primary, vectors] = await Promise.all([startPostgres({ certificate }), PgvectorServer.start()]);
      database = new URL(await primary.fresh()).pathname.slice(1);
      const data = join(primary.directory, 'standby');
      const server = ['-h', '127.0.0.1', '-p', new URL(primary.urlOf(database)).port, '-U', 'parley'];
      await primary.run('pg_basebackup', [...server, '-D', data, '-R', '-X', 'stream', '--checkpoint=fast', '--no-sync']);
      standby = await startPostgres({ certificate, data });
    });
    afterAll(async () => {
      await Promise.all([standby?.stop(), vectors?.stop()]);
      await primary?.stop();
    });

    const settings = () => ({
      DATABASE_URL: primary.urlOf(database),
      DATABASE_REPLICA_URL: standby.urlOf(database),
      VECTOR_DATABASE_URL: vectors.url,
    });

    it('is used over TLS only by clients that trust it: schemas, queue, notifications and replicas', async () => {
      const product = await started(startProduct({ env: { ...settings(), ...trusting } }));
      const ada = await Person.signUp(product);
      const { conversationId } = await ada.startConversation();
      const { runId } = await ada.send(conversationId, 'Hello');
      expect((await ada.follow(runId)).last.__typename).toBe('RunFinished');
      await eventually(
        () => partsOf(product),
        (parts) => parts['replica-1'] === 'up',
        30_000,
      );
      expect(await primary.ask(database, CONNECTIONS)).toEqual({
        names: expect.arrayContaining(['parley', 'parley conversations', 'parley queue']),
        areSecure: true,
        isListening: true,
      });
      expect(await standby.ask(database, CONNECTIONS)).toMatchObject({ areSecure: true });
    });

    it.each(['verify-full', 'require'])('is rejected at once by clients that do not trust it, with sslmode=%s', async (mode) => {
      const DATABASE_URL = primary.urlOf(database).replace('verify-full', mode);
      const refusal = await startProduct({ env: { ...settings(), DATABASE_URL } }).catch(String);
      expect(refusal).toMatch(/DATABASE_URL: no secure connection \(.*unable to verify the first certificate/);
      expect(refusal).toContain('NODE_EXTRA_CA_CERTS');
      expect(refusal).not.toContain(WAITED);
      expect(refusal).not.toContain('SECURITY WARNING');
    });

    it('is not used without TLS', async () => {
      const plain = await started(startPostgres());
      const refusal = await startProduct({ env: { ...trusting, DATABASE_URL: `${plain.urlOf('postgres')}?sslmode=verify-full` } }).catch(
        String,
      );
      expect(refusal).toContain('DATABASE_URL: no secure connection (The server does not support SSL connections');
      expect(refusal).not.toContain(WAITED);
    });

    it('has a replica that is not read by clients that do not trust it', async () => {
      const stranger = new Authority();
      const replica = await started(startPostgres({ certificate: stranger.issue('DNS:localhost') }));
      stranger.forget();
      const DATABASE_REPLICA_URL = replica.urlOf(database);
      const product = await started(startProduct({ env: { ...settings(), ...trusting, DATABASE_REPLICA_URL } }));
      const whyNot = async () => product.logs.find(({ msg }) => msg === 'replica excluded')?.['reason'];
      expect(await eventually(whyNot, Boolean)).toContain('unable to verify the first certificate');
      expect((await partsOf(product))['replica-1']).toBe('down');
    });
  });

  describeWhen(missingRedisTls() ?? missingCluster, 'Redis', () => {
    describe.each([
      { form: 'one server', start: (own: Certificate) => startRedis({}, own) },
      { form: 'Sentinels', start: startSentinels },
      ...byTier([], [{ form: 'a cluster', start: startCluster }]),
    ])('as $form', ({ start }) => {
      let redis: { url: string; stop(): Promise<void> };
      beforeAll(async () => {
        redis = await start(certificate);
      });
      afterAll(() => redis?.stop());

      it('is used by clients that trust it', async () => {
        const product = await started(startProduct({ env: { ...trusting, REDIS_URL: redis.url } }));
        expect((await partsOf(product))['bus']).toBe('up');
      });

      it('is rejected at once by clients that do not', async () => {
        const refusal = await startProduct({ env: { REDIS_URL: redis.url } }).catch(String);
        expect(refusal).toMatch(/REDIS_URL: no secure connection \(.*self-signed certificate/);
        expect(refusal).toContain('NODE_EXTRA_CA_CERTS');
        expect(refusal).not.toContain(WAITED);
      });
    });
  });
});
