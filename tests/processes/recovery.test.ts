import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { PgvectorServer } from '../support/deployment/pgvector-server.ts';
import { eventually } from '../support/eventually.ts';
import { PASSWORD, Person } from '../support/person.ts';
import { missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { keptDataDirectory, startProduct, type Product } from '../support/product.ts';
import { describeWhen } from '../support/when.ts';

/** Seen from the data of a server. */
const ARCHIVE = '../archive';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const CONVERSATIONS = '{ conversations(first: 10) { edges { node { id } } } }';
const COUNTS = `select (select count(*) from users."user")::int as people, (select count(*) from conversations.message)::int as messages,
  (select count(*) from conversations.run_event)::int as events, (select count(*) from analytics.audit_entry)::int as entries`;

/** What infra/deploy/README.md describes, with the names of this machine. */
describeWhen(missingPostgres(), 'a base backup with archived WAL', () => {
  let postgres: Postgres;
  let recovered: Postgres | undefined;
  let vectors: PgvectorServer;
  let dataDir: string;
  let database: string;

  beforeEach(async () => {
    [vectors, dataDir] = await Promise.all([PgvectorServer.start(), keptDataDirectory()]);
    postgres = await startPostgres({
      settings: [
        'archive_mode=on',
        'archive_timeout=60',
        `archive_command=mkdir -p ${ARCHIVE} && test ! -f ${ARCHIVE}/%f && cp %p ${ARCHIVE}/%f.part && mv ${ARCHIVE}/%f.part ${ARCHIVE}/%f`,
      ],
    });
    database = new URL(await postgres.fresh()).pathname.slice(1);
  });
  afterEach(async () => {
    await recovered?.stop();
    await Promise.all([postgres?.stop(), vectors?.stop()]);
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (server: Postgres): Promise<Product> =>
    startProduct({ dataDir, env: { DATABASE_URL: server.urlOf(database), VECTOR_DATABASE_URL: vectors.url } });

  it('gives back what was deleted after it', async () => {
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
    const { segment } = await postgres.ask<{ segment: string }>(database, 'select pg_walfile_name(pg_switch_wal()) as segment');
    await eventually(
      async () => readdirSync(join(postgres.directory, 'archive')),
      (segments) => segments.includes(segment),
    );
    await postgres.kill();

    writeFileSync(join(base, 'recovery.signal'), '');
    const restore = `restore_command=cp ${join(postgres.directory, 'archive')}/%f %p`;
    recovered = await startPostgres({ data: base, settings: [restore, `recovery_target_time=${at}`, 'recovery_target_action=promote'] });
    // Counting during recovery would see less.
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
