import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PgliteDatabase } from '../../infra/database/pglite.ts';
import { Statistics } from '../../infra/database/statistics.ts';
import { openLog } from '../../infra/log.ts';
import { eventually } from '../support/eventually.ts';

const log = openLog('silent');
const directory = mkdtempSync(join(tmpdir(), 'parley-engine-'));
const database = new PgliteDatabase(directory, log, { 'hnsw.ef_search': '77' });

describe('the thread of the embedded database', () => {
  beforeAll(async () => {
    await database.open();
    await database.engine.exec(
      'create table kept (id int primary key, email text unique, at timestamptz default now(), tags text[], bytes bytea)',
    );
  });
  afterAll(async () => {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const ids = async () => (await database.engine.query<{ id: number }>('select id from kept order by id')).rows.map(({ id }) => id);

  it('keeps the event loop free while a statement takes long', async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 5);
    const began = performance.now();
    await database.engine.query('select count(*) from generate_series(1, 3000000) as n where n % 7 = 3');
    const milliseconds = performance.now() - began;
    clearInterval(counting);
    expect(milliseconds).toBeGreaterThan(50);
    expect(turns).toBeGreaterThan(milliseconds / 5 / 4);
  });

  it('passes values of every type in both directions', async () => {
    const at = new Date('2024-02-29T23:59:59.123Z');
    const bytes = new Uint8Array([0, 255, 7]);
    const { rows } = await database.engine.query<Record<string, unknown>>(
      `select $1::timestamptz as at, $2::text[] as tags, $3::bytea as bytes, $4::jsonb as data, $5::int8 as large, $6::text as nothing, $7::boolean as yes`,
      [at, ['a,b', '"', '', 'ü'], bytes, { nested: [1, null] }, 2n ** 60n, null, true],
    );
    expect(rows).toEqual([
      { at, tags: ['a,b', '"', '', 'ü'], bytes, data: { nested: [1, null] }, large: 2n ** 60n, nothing: null, yes: true },
    ]);
  });

  it('rejects a value that cannot be sent to a thread, and continues', async () => {
    await expect(database.engine.query('select $1::text', [() => 1])).rejects.toThrow();
    expect((await database.engine.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('returns a PostgreSQL error with its fields, except those that repeat a value', async () => {
    await database.engine.query('insert into kept values (1, $1)', ['ada@example.org']);
    const error = await database.engine.query('insert into kept values (2, $1)', ['ada@example.org']).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    const { code, detail, constraint, table, schema, severity } = error as Record<string, string>;
    expect({ code, constraint, table, schema, severity }).toEqual({
      code: '23505',
      constraint: 'kept_email_key',
      table: 'kept',
      schema: 'public',
      severity: 'ERROR',
    });
    expect(detail).toContain('ada@example.org');
    expect(JSON.stringify(error)).not.toContain('ada@example.org');
  });

  it('isolates a transaction from concurrent statements', async () => {
    const before = await ids();
    const { promise: asked, resolve: goOn } = Promise.withResolvers<void>();
    const failing = database.engine.transaction(async (transaction) => {
      await transaction.query('insert into kept (id) values (10)');
      await asked;
      throw new Error('on second thoughts');
    });
    const beside = database.engine.query('insert into kept (id) values (11)');
    await pause(20);
    goOn();
    await expect(failing).rejects.toThrow('on second thoughts');
    await beside;
    expect(await ids()).toEqual([...before, 11]);
  });

  it('leaves no transaction open after a statement group that failed in its middle', async () => {
    await expect(database.engine.exec('begin; insert into kept (id) values (20); select nothing; commit')).rejects.toThrow('nothing');
    await database.engine.query('insert into kept (id) values (21)');
    expect(await ids()).toEqual(expect.arrayContaining([21]));
    expect(await ids()).not.toContain(20);
  });

  it('delivers notifications until the last listener unsubscribes', async () => {
    const received: string[] = [];
    const stop = await database.engine.listen('news', (payload) => received.push(payload));
    await database.engine.exec("notify news, 'one'");
    await eventually(
      async () => received,
      ({ length }) => length === 1,
    );
    await stop();
    await database.engine.exec("notify news, 'two'");
    await database.engine.query('select 1');
    expect(received).toEqual(['one']);
  });

  it('has the parameters of the session', async () => {
    expect((await database.engine.query("select current_setting('hnsw.ef_search') as value")).rows).toEqual([{ value: '77' }]);
  });

  it('runs no statement while it is held for a copy', async () => {
    let isHeld = true;
    const asked: Promise<unknown>[] = [];
    await database.engine.runExclusive(async () => {
      asked.push(database.engine.query('select 1').then(() => expect(isHeld).toBe(false)));
      await pause(50);
      isHeld = false;
    });
    await Promise.all(asked);
  });

  it('collects planner statistics of tables that have changed', async () => {
    const { engine } = database;
    await engine.exec("create table filled as select n as id, 'word ' || n as text from generate_series(1, 5000) as n");
    const statistics = new Statistics(engine, log, 50);
    const rows = async () =>
      (await engine.query<{ n: number }>("select reltuples::int as n from pg_class where relname = 'filled'")).rows[0]!.n;
    await eventually(rows, (count) => count === 5_000);
    await engine.exec('insert into filled select n from generate_series(5001, 9000) as n');
    await eventually(rows, (count) => count === 9_000);
    await statistics.close();
  });
});
