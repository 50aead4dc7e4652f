import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ServerDatabase } from '../../infra/database/server.ts';
import { openLog } from '../../infra/log.ts';
import { archiveSettings } from '../support/deployment/archive.ts';
import { PgvectorServer } from '../support/deployment/pgvector-server.ts';
import { eventually } from '../support/eventually.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { describeWhen } from '../support/when.ts';

/** Relative to the data directory of the server. */
const ARCHIVE = '../archive';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const CONVERSATIONS = '{ conversations(first: 10) { edges { node { id } } } }';
const COUNTS = `select (select count(*) from users."user")::int as people, (select count(*) from conversations.message)::int as messages,
  (select count(*) from conversations.run_event)::int as events, (select count(*) from analytics.audit_entry)::int as entries`;

/** Uses the settings of docker-compose.yml and the steps of infra/deploy/README.md, with local paths. */
describeWhen(missingPostgres(), 'a base backup with archived WAL', () => {
  let postgres: Postgres;
  let recovered: Postgres | undefined;
  let vectors: PgvectorServer;
  let dataDir: string;
  let database: string;
  let archive: string;

  beforeEach(async () => {
    [vectors, dataDir] = await Promise.all([PgvectorServer.start(), keptDataDirectory()]);
    postgres = await startPostgres({ settings: archiveSettings(ARCHIVE) });
    archive = join(postgres.directory, 'archive');
    mkdirSync(archive);
    // The server runs as another user and writes there.
    chmodSync(archive, 0o777);
    database = new URL(await postgres.fresh()).pathname.slice(1);
  });
  afterEach(async () => {
    await recovered?.stop();
    await Promise.all([postgres?.stop(), vectors?.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (server: Postgres): Promise<Product> =>
    startProduct({ dataDir, env: { DATABASE_URL: server.urlOf(database), VECTOR_DATABASE_URL: vectors.url } });

  /** Resolves with the name of the current segment once it is in the archive. */
  async function archiveSegment(): Promise<string> {
    const { segment } = await postgres.ask<{ segment: string }>(
      database,
      'select pg_logical_emit_message(false, $$test$$, $$text$$), pg_walfile_name(pg_switch_wal()) as segment',
    );
    await eventually(
      async () => readdirSync(archive),
      (segments) => segments.includes(`${segment}.gz`),
      30_000,
    );
    return segment;
  }

  /** Simulates a crash between archiving a segment and recording it: the server archives it again. Returns its record. */
  async function archiveAgain(segment: string): Promise<string> {
    const note = join(postgres.directory, 'data', 'pg_wal', 'archive_status', segment);
    await eventually(
      async () => existsSync(`${note}.done`),
      (isNoted) => isNoted,
    );
    await postgres.kill();
    renameSync(`${note}.done`, `${note}.ready`);
    await postgres.start();
    return `${note}.ready`;
  }

  it('continues after a segment that is already in the archive', async () => {
    const waiting = await archiveAgain(await archiveSegment());
    await archiveSegment();
    expect(existsSync(waiting)).toBe(false);
  }, 60_000);

  it('stops at a different segment of the same name, and reports for how long', async () => {
    const server = new ServerDatabase(postgres.urlOf(database), openLog('silent'));
    const segment = await archiveSegment();
    await server.open();
    expect(await server.archiveLateSeconds()).toBe(0);
    writeFileSync(join(archive, `${segment}.gz`), gzipSync('of another server'));
    const waiting = await archiveAgain(segment);
    await eventually(
      () => postgres.ask<{ failed: number }>(database, 'select failed_count::int as failed from pg_stat_archiver'),
      ({ failed }) => failed > 0,
      30_000,
    );
    expect(gunzipSync(readFileSync(join(archive, `${segment}.gz`))).toString()).toBe('of another server');
    expect(existsSync(waiting)).toBe(true);
    expect(await server.archiveLateSeconds()).toBeGreaterThan(0);
    await server.close();
  }, 60_000);

  it('restores data that was deleted after it was made', async () => {
    const product = await start(postgres);
    const ada = await Person.signUp(product);
    const base = join(postgres.directory, 'base');
    const server = ['-h', '127.0.0.1', '-p', new URL(postgres.urlOf(database)).port, '-U', 'parley'];
    await postgres.run('pg_basebackup', [...server, '-D', base, '-X', 'none', '--checkpoint=fast']);
    await postgres.run('pg_verifybackup', ['--no-parse-wal', base]);

    const bob = await Person.signUp(product, 'Bob');
    const { conversationId } = await bob.startConversation();
    await bob.follow((await bob.send(conversationId, 'Is the harbour frozen?')).runId);
    await product.stop();
    const before = await postgres.ask<Record<string, number>>(database, COUNTS);
    expect(before['people']).toBe(2);

    const { at } = await postgres.ask<{ at: string }>(database, 'select now()::text as at');
    await postgres.ask(database, 'delete from conversations.conversation');
    await postgres.ask(database, 'truncate users."user" cascade');
    expect(await postgres.ask(database, COUNTS)).toMatchObject({ people: 0, messages: 0, events: 0 });
    await archiveSegment();
    await postgres.kill();

    writeFileSync(join(base, 'recovery.signal'), '');
    const restore = `restore_command=gunzip -c ${archive}/%f.gz > %p`;
    recovered = await startPostgres({ data: base, settings: [restore, `recovery_target_time=${at}`, 'recovery_target_action=promote'] });
    // A count during recovery would be too low.
    await eventually(
      () => recovered!.ask<{ recovering: boolean }>(database, 'select pg_is_in_recovery() as recovering'),
      ({ recovering }) => !recovering,
    );
    expect(await recovered.ask(database, COUNTS)).toEqual(before);

    const again = await start(recovered);
    for (const { email } of [ada, bob]) {
      const { signIn } = await again.ask(SIGN_IN, { input: { email, password: PASSWORD } });
      const { conversations } = await again.ask(CONVERSATIONS, {}, signIn.accessToken);
      expect(conversations.edges).toEqual(email === bob.email ? [{ node: { id: conversationId } }] : []);
    }
    await again.stop();
  }, 300_000);
});
