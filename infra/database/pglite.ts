import { constants } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/pglite';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Log } from '../log.ts';
import type { Database, ReplicaReader, SchemaModule, Session } from './database.ts';
import { Engine, type Transaction } from './engine.ts';
import { lockDirectory } from './lock.ts';
import { toMigrationClasses } from './migrate.ts';
import { serveSnapshots } from './snapshots.ts';
import { Statistics } from './statistics.ts';

/** Suits a single connection: PostgreSQL's defaults would take 130 MB more without being faster. */
const CONFIGURATION = ['shared_buffers = 32MB', 'wal_buffers = 1MB', 'max_connections = 10'];

/**
 * PostgreSQL in a thread of this process. There is one connection, so code inside a transaction must not await a query
 * outside it. Data survives a crash of the process, not of the machine (fsync is off).
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
  #stopSnapshots: (() => void) | undefined;

  /** `parameters` are set for the session, such as `hnsw.ef_search`. */
  constructor(dataDirectory: string, log: Log, parameters: Record<string, string> = {}) {
    this.#directory = dataDirectory;
    this.#log = log;
    this.#parameters = parameters;
  }

  /** The engine, for adapters that use the same database. */
  get engine(): Engine {
    if (!this.#engine) throw new Error('The database is not open.');
    return this.#engine;
  }

  async open(): Promise<void> {
    this.#unlock = lockDirectory(this.#directory);
    const settings = { dataDir: join(this.#directory, 'postgres'), configuration: CONFIGURATION, parameters: this.#parameters };
    this.#engine = await Engine.open(settings, {
      onLoss: (error) => this.#log.error({ err: error }, 'the database thread died and is restarted'),
      onEnd: (error) => this.#end(error),
    });
    this.#statistics = new Statistics(this.#engine, this.#log);
    try {
      this.#stopSnapshots = await serveSnapshots(this.#directory, (folder) => this.#copyTo(folder));
    } catch (error) {
      this.#log.warn({ err: error }, 'backups are not possible while this process runs');
    }
  }

  async connect(module: SchemaModule): Promise<SqlEntityManager> {
    await this.engine.exec(`create schema if not exists ${module.name}`);
    const orm = await MikroORM.init({
      entities: module.entities,
      discovery: { warnWhenNoEntities: false },
      dbName: 'postgres',
      schema: module.name,
      driverOptions: { pglite: toPglite(this.engine) },
      extensions: [Migrator],
      migrations: { schema: module.name, tableName: 'migration', migrationsList: toMigrationClasses(module.migrations), snapshot: false },
      logger: (message) => this.#log.debug({ sql: message, module: module.name }, 'sql'),
      // Without parameters: user content is never logged, at any level.
      debug: this.#log.isLevelEnabled('debug') ? ['query'] : false,
      colors: false,
    });
    await orm.migrator.up();
    this.#orms.push(orm);
    return orm.em as unknown as SqlEntityManager;
  }

  async replicaReader(_module: SchemaModule, em: SqlEntityManager): Promise<ReplicaReader> {
    return (work) => work(em.fork());
  }

  /** Uses the single connection: other statements wait while a transaction of the session is open. */
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
    this.#stopSnapshots?.();
    await this.#statistics?.close();
    await this.#engine?.close();
    this.#unlock?.();
  }

  /** Exits, since nothing works without the database and a supervisor restarts the process. */
  #end(error: Error): void {
    this.#log.fatal({ err: error }, 'the database thread keeps dying');
    process.exit(1);
  }

  /** Copies the files between two statements, i.e. in the state that a killed process would leave. */
  async #copyTo(folder: string): Promise<void> {
    await this.engine.exec('checkpoint');
    const [from, to] = [join(this.#directory, 'postgres'), join(folder, 'postgres')];
    await this.engine.runExclusive(() => cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE }));
  }
}

/** Implements the part of PGlite that MikroORM uses. Dates stay text, because MikroORM parses them itself. */
function toPglite(engine: Engine): object {
  const wrap = (session: Transaction) => ({
    async query(sql: string, params?: unknown[]) {
      if (params?.length) return session.query(sql, params, true);
      // A migration has several statements, which requires the simple protocol.
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
