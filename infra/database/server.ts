import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { Pool, type PoolConfig } from 'pg';
import type { Log } from '../log.ts';
import type { Database, Room } from './database.ts';
import { toMigrationClasses } from './migrate.ts';

/** Processes that migrate at once take turns under this advisory lock. */
const MIGRATION_LOCK = 0x70_61_72_6c;

/**
 * Nothing waits for ever: a black-holed connection would otherwise hang every request that meets it. Milliseconds.
 */
export const TIMEOUTS = {
  connectionTimeoutMillis: 2_000,
  query_timeout: 30_000,
  statement_timeout: 25_000,
  lock_timeout: 10_000,
  idle_in_transaction_session_timeout: 30_000,
  keepAlive: true,
} satisfies PoolConfig;

/** A PostgreSQL server. One pool for each subgraph, and a small one for everything else. */
export class ServerDatabase implements Database {
  readonly #url: string;
  readonly #log: Log;
  readonly #orms: MikroORM[] = [];
  readonly pool: Pool;

  constructor(url: string, log: Log) {
    this.#url = url;
    this.#log = log;
    this.pool = new Pool({ connectionString: url, max: 5, application_name: 'parley', ...TIMEOUTS });
    this.pool.on('error', (error) => log.warn({ err: error }, 'a database connection was lost'));
  }

  async open(): Promise<void> {
    await this.ping();
  }

  async connect(room: Room): Promise<SqlEntityManager> {
    const orm = await MikroORM.init({
      entities: room.entities,
      discovery: { warnWhenNoEntities: false },
      clientUrl: this.#url,
      schema: room.name,
      pool: { min: 0, max: 10 },
      driverOptions: { application_name: `parley ${room.name}`, ...TIMEOUTS },
      extensions: [Migrator],
      migrations: { schema: room.name, tableName: 'migration', migrationsList: toMigrationClasses(room.migrations), snapshot: false },
      logger: (message) => this.#log.debug({ sql: message, room: room.name }, 'sql'),
      debug: this.#log.isLevelEnabled('debug') ? ['query', 'query-params'] : false,
      colors: false,
    });
    await this.#alone(async () => {
      await this.pool.query(`create schema if not exists ${room.name}`);
      await orm.migrator.up();
    });
    this.#orms.push(orm);
    return orm.em as unknown as SqlEntityManager;
  }

  async ping(): Promise<void> {
    await this.pool.query('select 1');
  }

  async close(): Promise<void> {
    for (const orm of this.#orms.splice(0)) await orm.close();
    await this.pool.end();
  }

  async #alone(body: () => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('set lock_timeout = 0; set statement_timeout = 0');
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await body();
    } finally {
      // The lock goes with the connection.
      client.release(true);
    }
  }
}
