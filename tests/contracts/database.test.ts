import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineEntity, p } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Database, SchemaModule } from '../../infra/database/database.ts';
import { PgliteDatabase } from '../../infra/database/pglite.ts';
import { ServerDatabase } from '../../infra/database/server.ts';
import { newId } from '../../infra/id.ts';
import { openLog } from '../../infra/log.ts';
import { eventually } from '../support/eventually.ts';
import { missingPostgres, startPostgres, type Postgres } from '../support/postgres.ts';
import { describeWhen } from '../support/when.ts';

const log = openLog('silent');

const NoteSchema = defineEntity({
  name: 'Note',
  tableName: 'note',
  properties: {
    id: p.uuid().primary(),
    text: p.text(),
    tags: p.array(),
    data: p.json<Record<string, unknown>>().nullable(),
    size: p.bigint('number'),
    madeAt: p.datetime().columnType('timestamptz'),
  },
});

const FIRST = {
  name: '0001-notes',
  up: `create table room.note (
         id uuid primary key, text text not null, tags text[] not null, data jsonb, size bigint not null, made_at timestamptz not null
       );
       create index note_made on room.note (made_at)`,
};
const MODULE: SchemaModule = { name: 'room', entities: [NoteSchema], migrations: [FIRST] };
const SECOND = { name: '0002-colours', up: "alter table room.note add column colour text not null default 'blue'" };

const note = (text: string) => ({ id: newId(), text, tags: [], data: null, size: 0, madeAt: new Date() });

function contract(open: () => Promise<{ database: Database; close(): Promise<void> }>): void {
  let opened: Awaited<ReturnType<typeof open>>;
  let em: SqlEntityManager;

  beforeAll(async () => {
    opened = await open();
    await opened.database.open();
    em = await opened.database.connect(MODULE);
  });
  afterAll(async () => {
    await opened.database.close();
    await opened.close();
  });
  const ask = (sql: string, params: unknown[] = []) => em.fork().execute<Record<string, any>[]>(sql, params);

  it('returns stored text, lists, JSON, large numbers and timestamps unchanged', async () => {
    const kept = {
      ...note('naïve 👩‍👩‍👧 "\'; drop schema room; --'),
      tags: ['a,b', '"', '{}', '\\', ''],
      data: { nested: [1, null, { deep: '✓' }] },
      size: 2 ** 53 - 1,
      madeAt: new Date('2024-02-29T23:59:59.123Z'),
    };
    await em.fork().transactional(async (own) => own.persist(own.create(NoteSchema, kept)));
    expect({ ...(await em.fork().findOneOrFail(NoteSchema, { id: kept.id })) }).toMatchObject(kept);
    const [row] = await ask('select made_at, size::int8 as size from room.note where id = ?', [kept.id]);
    expect(new Date(row!['made_at'])).toEqual(kept.madeAt);
    expect(Number(row!['size'])).toBe(kept.size);
  });

  it('rolls back all of a transaction that fails, and commits all of one that succeeds', async () => {
    const [lost, kept] = [note('lost'), note('kept')];
    const failing = em.fork().transactional(async (own) => {
      own.persist(own.create(NoteSchema, lost));
      await own.flush();
      throw new Error('on second thoughts');
    });
    await expect(failing).rejects.toThrow('on second thoughts');
    await em.fork().transactional(async (own) => void own.persist(own.create(NoteSchema, kept)));
    const found = await em.fork().find(NoteSchema, { id: [lost.id, kept.id] });
    expect(found.map(({ text }) => text)).toEqual(['kept']);
  });

  it('runs many transactions at once', async () => {
    const made = Array.from({ length: 40 }, (_, index) => note(`many ${index}`));
    await Promise.all(made.map((each) => em.fork().transactional(async (own) => void own.persist(own.create(NoteSchema, each)))));
    expect(await em.fork().count(NoteSchema, { id: made.map(({ id }) => id) })).toBe(40);
  });

  it('migrates tables once, without touching their rows', async () => {
    const before = await em.fork().count(NoteSchema);
    for (let start = 0; start < 2; start += 1) await opened.database.connect({ ...MODULE, migrations: [FIRST, SECOND] });
    const [blue] = await ask("select count(*)::int as count from room.note where colour = 'blue'");
    expect(blue!['count']).toBe(before);
  });

  it('rolls back a failed migration as a whole', async () => {
    const broken = { name: '0001-broken', up: 'create table broken.half (id int); select nothing from nowhere' };
    await expect(opened.database.connect({ name: 'broken', entities: [], migrations: [broken] })).rejects.toThrow('nowhere');
    const [half] = await ask("select to_regclass('broken.half') is not null as made");
    expect(half!['made']).toBe(false);
  });

  it('answers a ping', async () => {
    await expect(opened.database.ping()).resolves.toBeUndefined();
  });
}

describe('the database adapter on PGlite', () =>
  contract(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'parley-database-'));
    return { database: new PgliteDatabase(directory, log), close: async () => rmSync(directory, { recursive: true, force: true }) };
  }));

describeWhen(missingPostgres(), 'the database adapter on a PostgreSQL server', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  describe('the contract with a reachable server', () =>
    contract(async () => ({ database: new ServerDatabase(await postgres.fresh(), log), close: async () => {} })));

  it('is migrated by exactly one of several processes that start at once', async () => {
    const url = await postgres.fresh();
    const processes = Array.from({ length: 4 }, () => new ServerDatabase(url, log));
    await Promise.all(processes.map((database) => database.open()));
    const slow = { name: '0001-slow', up: 'create table room.slow (id int); select pg_sleep(0.5); insert into room.slow values (1)' };
    const ems = await Promise.all(processes.map((database) => database.connect({ ...MODULE, entities: [], migrations: [slow] })));
    expect(await ems[0]!.execute<unknown[]>('select id from room.slow')).toHaveLength(1);
    await Promise.all(processes.map((database) => database.close()));
  });

  it('gives every connection of an engine its session settings', async () => {
    const database = new ServerDatabase(await postgres.fresh(), log);
    const engine = database.openEngine({ 'parley.colour': 'green', statement_timeout: '7s' });
    const ask = () =>
      engine.query<{ colour: string; limit: string; pid: number }>(
        "select current_setting('parley.colour') as colour, current_setting('statement_timeout') as limit, pg_backend_pid() as pid, pg_sleep(0.1)",
      );
    const answers = (await Promise.all(Array.from({ length: 8 }, ask))).map(({ rows }) => rows[0]!);
    expect(new Set(answers.map(({ pid }) => pid)).size).toBeGreaterThan(1);
    expect(answers.every(({ colour, limit }) => colour === 'green' && limit === '7s')).toBe(true);
    await database.close();
  });

  it('reconnects after the server was away', async () => {
    const database = new ServerDatabase(await postgres.fresh(), log);
    await database.open();
    const em = await database.connect(MODULE);
    await em.fork().count(NoteSchema);
    await postgres.kill();
    await expect(database.ping()).rejects.toThrow();
    await postgres.start();
    await eventually(
      () =>
        Promise.all([database.ping(), em.fork().count(NoteSchema)]).then(
          () => true,
          () => false,
        ),
      Boolean,
      20_000,
    );
    await database.close();
  });
});
