import { constants } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite, type QueryOptions } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/pglite';
import { createPostgreSqlTypeParsers, type SqlEntityManager } from '@mikro-orm/sql';
import type { Log } from '../log.ts';
import { offerCopies } from './copies.ts';
import type { Database, Read, Room, Session } from './database.ts';
import { lockDirectory } from './lock.ts';
import { toMigrationClasses } from './migrate.ts';

/** One connection in one process: PostgreSQL's own defaults would hold 130 MB more and find nothing faster. */
const CONFIGURATION = ['shared_buffers = 32MB', 'wal_buffers = 1MB', 'max_connections = 10'];

/** Of these the arrays are read as lists, and no others: see `keepFew`. */
const LISTED = 'bool int2 int4 int8 float4 float8 numeric text varchar name uuid oid date timestamp timestamptz json jsonb'.split(' ');

/**
 * PostgreSQL inside this process. One connection: a transaction holds it, so nothing may be awaited within one
 * that needs the database by another way. Survives the death of the process, not of the machine (fsync is off).
 */
export class PgliteDatabase implements Database {
  readonly replicas = [];
  readonly #directory: string;
  readonly #log: Log;
  readonly #orms: MikroORM[] = [];
  #pglite: PGlite | undefined;
  #unlock: (() => void) | undefined;
  #closeCopies: (() => void) | undefined;

  constructor(dataDirectory: string, log: Log) {
    this.#directory = dataDirectory;
    this.#log = log;
  }

  /** The engine itself, for the adapters that live in the same database. */
  get pglite(): PGlite {
    if (!this.#pglite) throw new Error('The database is not open.');
    return this.#pglite;
  }

  async open(): Promise<void> {
    this.#unlock = lockDirectory(this.#directory);
    this.#pglite = await PGlite.create({
      dataDir: join(this.#directory, 'postgres'),
      extensions: { vector },
      postgresqlconf: CONFIGURATION,
    });
    await keepFew(this.#pglite);
    try {
      this.#closeCopies = await offerCopies(this.#directory, (folder) => this.#copyTo(folder));
    } catch (error) {
      this.#log.warn({ err: error }, 'no backup can be made while the product runs');
    }
  }

  async connect(room: Room): Promise<SqlEntityManager> {
    await this.pglite.exec(`create schema if not exists ${room.name}`);
    const orm = await MikroORM.init({
      entities: room.entities,
      discovery: { warnWhenNoEntities: false },
      dbName: 'postgres',
      schema: room.name,
      driverOptions: { pglite: withTextDates(this.pglite) },
      extensions: [Migrator],
      migrations: { schema: room.name, tableName: 'migration', migrationsList: toMigrationClasses(room.migrations), snapshot: false },
      logger: (message) => this.#log.debug({ sql: message, room: room.name }, 'sql'),
      debug: this.#log.isLevelEnabled('debug') ? ['query', 'query-params'] : false,
      colors: false,
    });
    await orm.migrator.up();
    this.#orms.push(orm);
    return orm.em as unknown as SqlEntityManager;
  }

  async reader(_room: Room, em: SqlEntityManager): Promise<Read> {
    return (work) => work(em.fork());
  }

  /** On the one connection: everybody else waits while a transaction of it is open. */
  async session(): Promise<Session> {
    const { pglite } = this;
    return {
      query: async <Row>(sql: string, params?: unknown[]) => (await pglite.query<Row>(sql, params)).rows,
      async close() {},
    };
  }

  async ping(): Promise<void> {
    await this.pglite.query('select 1');
  }

  async archiveLateSeconds(): Promise<undefined> {}

  async close(): Promise<void> {
    for (const orm of this.#orms.splice(0)) await orm.close();
    this.#closeCopies?.();
    await this.#pglite?.close();
    this.#unlock?.();
  }

  /** As the files are between two statements, which is what a process that is killed there would leave. */
  async #copyTo(folder: string): Promise<void> {
    await this.pglite.exec('checkpoint');
    const [from, to] = [join(this.#directory, 'postgres'), join(folder, 'postgres')];
    await this.pglite.runExclusive(() => cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE }));
  }
}

/**
 * PGlite has a parser for the array of every type, each table's rows among them, and copies all of them for each query:
 * with our tables that took 0.1 of the 0.3 ms of a small one. Those of single values it finds without.
 */
async function keepFew(pglite: PGlite): Promise<void> {
  const { rows } = await pglite.query<{ oid: number }>(
    "select typarray::int as oid from pg_type where typname = any($1) and typnamespace = 'pg_catalog'::regnamespace",
    [LISTED],
  );
  pglite.parsers = Object.fromEntries(rows.map(({ oid }) => [oid, pglite.parsers[oid]!]));
}

/** MikroORM parses dates itself, from text; the other users of the engine want PGlite's own values. */
function withTextDates(pglite: PGlite): PGlite {
  const parsers = createPostgreSqlTypeParsers((text: string) => parseArray(text) as never);
  const wrap = (engine: Pick<PGlite, 'query' | 'exec'>) => ({
    async query(sql: string, params?: unknown[], options?: QueryOptions) {
      if (params?.length) return engine.query(sql, params, { ...options, parsers });
      // A migration holds several statements, which only the simple protocol takes.
      return (await engine.exec(sql, { ...options, parsers })).at(-1);
    },
  });
  return {
    ...wrap(pglite),
    transaction: (body: (tx: unknown) => Promise<unknown>) => pglite.transaction((tx) => body(wrap(tx as unknown as PGlite))),
    close: async () => {},
    get closed() {
      return pglite.closed;
    },
    get ready() {
      return pglite.ready;
    },
    waitReady: pglite.waitReady,
  } as unknown as PGlite;
}

/** `{a,b}` of an array of dates: no quotes, no nesting. */
function parseArray(text: string): string[] {
  return text === '{}'
    ? []
    : text
        .slice(1, -1)
        .split(',')
        .map((part) => part.replace(/^"|"$/g, ''));
}
