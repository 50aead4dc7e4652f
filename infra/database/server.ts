import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { Client, Pool, type PoolClient, type PoolConfig } from 'pg';
import { Failure } from '../../schema/errors.ts';
import type { Log } from '../log.ts';
import { isAway, type Database, type Replica, type ReplicaReader, type SchemaModule, type Session } from './database.ts';
import { toMigrationClasses } from './migrate.ts';
import { Replicas, STATUS_QUERY, type ReplicationStatus } from './replicas.ts';

/** Advisory lock that serialises migrations of concurrent processes. */
const MIGRATION_LOCK = 0x70_61_72_6c;

/** Maximum pool sizes: per subgraph, for the queue, for other adapters in the same database, and for health checks. */
const POOL = { module: 10, queue: 5, engine: 5, own: 2 };

/** Detects a server that does not accept a connection or stops responding. Milliseconds. */
const CONNECTING = { connectionTimeoutMillis: 5_000, keepAlive: true } satisfies PoolConfig;

/** Without these, an unresponsive server or a stale lock would hang requests. Milliseconds. */
const TIMEOUTS = {
  ...CONNECTING,
  query_timeout: 10_000,
  statement_timeout: 9_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 30_000,
} satisfies PoolConfig;

/** Replicas are polled every second, so later answers are useless. Milliseconds. */
const PROMPT = { ...CONNECTING, connectionTimeoutMillis: 2_000, query_timeout: 2_000, statement_timeout: 2_000 } satisfies PoolConfig;

/** A PostgreSQL server, with a connection pool per subgraph and small ones for everything else. */
export class ServerDatabase implements Database {
  readonly #url: string;
  readonly #log: Log;
  readonly #orms: MikroORM[] = [];
  readonly #pools: Pool[] = [];
  readonly #replicaUrls: readonly string[];
  readonly #replicas: Replicas;
  #own: Pool | undefined;

  constructor(url: string, log: Log, replicaUrls: readonly string[] = []) {
    this.#url = url;
    this.#log = log;
    this.#replicaUrls = replicaUrls;
    const pools = replicaUrls.map((connectionString) => this.#pool({ ...PROMPT, connectionString, max: 1 }));
    const queryReplicas = pools.map((pool) => () => queryStatus(pool));
    this.#replicas = new Replicas(async () => queryStatus(this.#requireOwn()), queryReplicas, log);
  }

  get replicas(): readonly Replica[] {
    return this.#replicas.all;
  }

  /** Connection options for the queue's own pool. */
  get queueConnections() {
    return { connectionString: this.#url, application_name: 'parley queue', max: POOL.queue, ...TIMEOUTS };
  }

  async open(): Promise<void> {
    this.#own ??= this.#pool({ ...TIMEOUTS, max: POOL.own });
    await this.ping();
  }

  /** Opens a pool with these session settings, for an adapter that uses the same database or the one at `url`. */
  openEngine(session: Record<string, string>, url = this.#url) {
    const pool = this.#pool({
      ...TIMEOUTS,
      connectionString: url,
      max: POOL.engine,
      onConnect: async (client) => {
        for (const [name, value] of Object.entries(session)) await client.query('select set_config($1, $2, false)', [name, value]);
      },
    });
    return {
      async query<Row>(sql: string, params?: unknown[]) {
        const { rows, rowCount } = await pool.query(sql, params).catch((cause: unknown) => {
          throw isAway(cause) ? new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause }) : cause;
        });
        return { rows: rows as Row[], affectedRows: rowCount ?? 0 };
      },
    };
  }

  async connect(module: SchemaModule): Promise<SqlEntityManager> {
    await this.#withMigrationLock(() => this.#migrate(module));
    const orm = await MikroORM.init(this.#options(module, { ...TIMEOUTS, max: POOL.module }));
    this.#orms.push(orm);
    return orm.em as unknown as SqlEntityManager;
  }

  async replicaReader(module: SchemaModule, em: SqlEntityManager): Promise<ReplicaReader> {
    const managers: SqlEntityManager[] = [];
    for (const url of this.#replicaUrls) {
      const orm = await MikroORM.init(this.#options(module, { ...TIMEOUTS, max: POOL.module }, url));
      this.#orms.push(orm);
      managers.push(orm.em as unknown as SqlEntityManager);
    }
    this.#replicas.watch();
    return this.#replicas.reader(em, managers);
  }

  async session(): Promise<Session> {
    const client = new Client({ connectionString: this.#url, application_name: 'parley session', ...CONNECTING });
    client.on('error', (error) => this.#log.warn({ err: error }, 'lost a database session'));
    await client.connect();
    return {
      query: async <Row>(sql: string, params?: unknown[]) => (await client.query(sql, params)).rows as Row[],
      close: () => client.end(),
    };
  }

  async ping(): Promise<void> {
    await this.#requireOwn().query('select 1');
  }

  async archiveLateSeconds(): Promise<number | undefined> {
    // The archiver retries a failed segment and skips none, so the last success bounds the delay.
    const { rows } = await this.#requireOwn().query<{ late: number }>(
      `select case when last_failed_time > coalesce(last_archived_time, '-infinity')
         then extract(epoch from now() - coalesce(last_archived_time, pg_postmaster_start_time()))::float8 else 0 end as late
       from pg_stat_archiver where current_setting('archive_mode') <> 'off'`,
    );
    return rows[0]?.late;
  }

  async close(): Promise<void> {
    this.#replicas.close();
    for (const orm of this.#orms.splice(0)) await orm.close();
    for (const pool of this.#pools.splice(0)) await pool.end();
    this.#own = undefined;
  }

  /** Uses a separate connection without timeouts, since altering a large table may take long. */
  async #migrate(module: SchemaModule): Promise<void> {
    const migrationsList = toMigrationClasses(module.migrations);
    const orm = await MikroORM.init({
      ...this.#options(module, { ...CONNECTING, max: 1 }),
      extensions: [Migrator],
      migrations: { schema: module.name, tableName: 'migration', migrationsList, snapshot: false },
    });
    try {
      await orm.em.getConnection().execute(`create schema if not exists ${module.name}`);
      await orm.migrator.up();
    } finally {
      await orm.close();
    }
  }

  #options(module: SchemaModule, pool: PoolConfig, url = this.#url): Options {
    return {
      entities: module.entities,
      discovery: { warnWhenNoEntities: false },
      clientUrl: url,
      schema: module.name,
      // Repeats the URL, because MikroORM takes host and names from `clientUrl` but ignores parameters such as sslmode.
      driverOptions: { connectionString: url, application_name: `parley ${module.name}`, onConnect: releaseWhenLost, ...pool },
      logger: (message) => this.#log.debug({ sql: message, module: module.name }, 'sql'),
      // Without parameters: user content is never logged, at any level.
      debug: this.#log.isLevelEnabled('debug') ? ['query'] : false,
      colors: false,
    };
  }

  #requireOwn(): Pool {
    if (!this.#own) throw new Error('The database is not open.');
    return this.#own;
  }

  #pool(config: PoolConfig): Pool {
    const pool = new Pool({ connectionString: this.#url, application_name: 'parley', ...config });
    pool.on('error', (error) => this.#log.warn({ err: error }, 'lost a database connection'));
    this.#pools.push(pool);
    return pool;
  }

  async #withMigrationLock(body: () => Promise<void>): Promise<void> {
    const client = new Client({ connectionString: this.#url, application_name: 'parley migrations', ...CONNECTING });
    client.on('error', (error) => this.#log.warn({ err: error }, 'lost the connection that holds the migration lock'));
    await client.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await body();
    } finally {
      // Closing the connection releases the lock.
      await client.end();
    }
  }
}

async function queryStatus(pool: Pool): Promise<ReplicationStatus> {
  const { rows } = await pool.query<ReplicationStatus>(STATUS_QUERY);
  return rows[0]!;
}

/**
 * Releases the connection of a transaction that failed to begin or roll back. Kysely (0.29) does not, so each such
 * failure would leak a connection and a short outage could exhaust the pool for good.
 */
function releaseWhenLost(client: PoolClient): void {
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const release = () => {
    try {
      client.release(true);
    } catch {
      // Already released.
    }
  };
  client.query = ((...given: unknown[]) => {
    const result = query(...given);
    if (/^(begin|start transaction|rollback)\b/.test(String(given[0]))) result.catch(() => setImmediate(release));
    return result;
  }) as typeof client.query;
}
