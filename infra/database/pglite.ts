import { constants } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/pglite';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Log } from '../log.ts';
import { offerCopies } from './copies.ts';
import type { Database, Read, Room, Session } from './database.ts';
import { Engine, type Transaction } from './engine.ts';
import { lockDirectory } from './lock.ts';
import { toMigrationClasses } from './migrate.ts';
import { Statistics } from './statistics.ts';

/** One connection in one process: PostgreSQL's own defaults would hold 130 MB more and find nothing faster. */
const CONFIGURATION = ['shared_buffers = 32MB', 'wal_buffers = 1MB', 'max_connections = 10'];

/**
 * PostgreSQL in a thread of this process. One connection: a transaction holds it, so nothing may be pendingDependencies within one
 * that needs the database by another way. Survives the death of the process, not of the machine (fsync is off).
 */
export class PgliteDatabase implements Database {
  readonly replicas = [];
  readonly #directory: string;
  readonly #log: Log;
  readonly #parameters: Record<string, string>;
  readonly #orms: MikroORM[] = [];
  #engine: Engine | undefined;
  #statistics: Statistics | undefined;
  #unlock: (() => void) | undefined;
  #closeCopies: (() => void) | undefined;

  /** `parameters` are those of the one session, such as `hnsw.ef_search`. */
  constructor(dataDirectory: string, log: Log, parameters: Record<string, string> = {}) {
    this.#directory = dataDirectory;
    this.#log = log;
    this.#parameters = parameters;
  }

  /** The engine itself, for the adapters that live in the same database. */
  get engine(): Engine {
    if (!this.#engine) throw new Error('The database is not open.');
    return this.#engine;
  }

  async open(): Promise<void> {
    this.#unlock = lockDirectory(this.#directory);
    const settings = { dataDir: join(this.#directory, 'postgres'), configuration: CONFIGURATION, parameters: this.#parameters };
    this.#engine = await Engine.open(settings, {
      onLoss: (error) => this.#log.error({ err: error }, 'the thread of the database died; another opens it again'),
      onEnd: (error) => this.#end(error),
    });
    this.#statistics = new Statistics(this.#engine, this.#log);
    try {
      this.#closeCopies = await offerCopies(this.#directory, (folder) => this.#copyTo(folder));
    } catch (error) {
      this.#log.warn({ err: error }, 'no backup can be made while the product runs');
    }
  }

  async connect(room: Room): Promise<SqlEntityManager> {
    await this.engine.exec(`create schema if not exists ${room.name}`);
    const orm = await MikroORM.init({
      entities: room.entities,
      discovery: { warnWhenNoEntities: false },
      dbName: 'postgres',
      schema: room.name,
      driverOptions: { pglite: toPglite(this.engine) },
      extensions: [Migrator],
      migrations: { schema: room.name, tableName: 'migration', migrationsList: toMigrationClasses(room.migrations), snapshot: false },
      logger: (message) => this.#log.debug({ sql: message, room: room.name }, 'sql'),
      // Without the parameters: no level of the log holds what people wrote.
      debug: this.#log.isLevelEnabled('debug') ? ['query'] : false,
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
    const { engine } = this;
    return {
      query: async <Row>(sql: string, params?: unknown[]) => (await engine.query<Row>(sql, params)).rows,
      async close() {},
    };
  }

  async ping(): Promise<void> {
    await this.engine.query('select 1');
  }

  async archiveLateSeconds(): Promise<undefined> {}

  async close(): Promise<void> {
    for (const orm of this.#orms.splice(0)) await orm.close();
    this.#closeCopies?.();
    await this.#statistics?.close();
    await this.#engine?.close();
    this.#unlock?.();
  }

  /** Without a database nothing can be done, and what watches over the process starts it again. */
  #end(error: Error): void {
    this.#log.fatal({ err: error }, 'the database cannot be kept open');
    process.exit(1);
  }

  /** As the files are between two statements, which is what a process that is killed there would leave. */
  async #copyTo(folder: string): Promise<void> {
    await this.engine.exec('checkpoint');
    const [from, to] = [join(this.#directory, 'postgres'), join(folder, 'postgres')];
    await this.engine.runExclusive(() => cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE }));
  }
}

/** The part of PGlite that MikroORM uses. It parses dates itself, from text; other users of the engine want values. */
function toPglite(engine: Engine): object {
  const wrap = (session: Transaction) => ({
    async query(sql: string, params?: unknown[]) {
      if (params?.length) return session.query(sql, params, true);
      // A migration holds several statements, which only the simple protocol takes.
      return (await session.exec(sql, true)).at(-1);
    },
  });
  return {
    ...wrap(engine),
    transaction: (body: (transaction: unknown) => Promise<unknown>) => engine.transaction((transaction) => body(wrap(transaction))),
    close: async () => {},
    get closed() {
      return engine.isClosed;
    },
    ready: true,
    waitReady: Promise.resolve(),
  };
}
