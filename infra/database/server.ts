import { Migrator } from '@mikro-orm/migrations';
import { MikroORM, type Options } from '@mikro-orm/postgresql';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { Client, Pool, type PoolClient, type PoolConfig } from 'pg';
import { Failure } from '../../schema/errors.ts';
import type { Log } from '../log.ts';
import { isAway, type Database, type Read, type Replica, type Room, type Session } from './database.ts';
import { toMigrationClasses } from './migrate.ts';
import { Replicas, STANDING, type Standing } from './replicas.ts';

/** Processes that migrate at once take turns under this advisory lock. */
const MIGRATION_LOCK = 0x70_61_72_6c;

/** Connections to the server at most: for each subgraph, for the queue, and for whatever else lives there. */
const POOL = { room: 10, queue: 5, engine: 5, own: 2 };

/** A server that does not take a connection, or lets one fall silent, is noticed. Milliseconds. */
const CONNECTING = { connectionTimeoutMillis: 5_000, keepAlive: true } satisfies PoolConfig;

/** Nothing waits for ever: a silent server or a forgotten lock would hang every request that meets it. Milliseconds. */
const TIMEOUTS = {
  ...CONNECTING,
  query_timeout: 10_000,
  statement_timeout: 9_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 30_000,
} satisfies PoolConfig;

/** Whether a replica is well is asked anew each second: an answer that comes later helps nobody. Milliseconds. */
const PROMPT = { ...CONNECTING, connectionTimeoutMillis: 2_000, query_timeout: 2_000, statement_timeout: 2_000 } satisfies PoolConfig;

/** A PostgreSQL server: a pool for each subgraph, and small ones for everything else. */
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
    const askReplicas = pools.map((pool) => () => standingOf(pool));
    this.#replicas = new Replicas(async () => standingOf(this.#requireOwn()), askReplicas, log);
  }

  get replicas(): readonly Replica[] {
    return this.#replicas.all;
  }

  /** How the queue reaches the server by connections of its own. */
  get queueConnections() {
    return { connectionString: this.#url, application_name: 'parley queue', max: POOL.queue, ...TIMEOUTS };
  }

  async open(): Promise<void> {
    this.#own ??= this.#pool({ ...TIMEOUTS, max: POOL.own });
    await this.ping();
  }

  /** For an adapter that lives in the same database, or in the one of `url`: connections of its own, each with these session settings. */
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

  async connect(room: Room): Promise<SqlEntityManager> {
    await this.#alone(() => this.#migrate(room));
    const orm = await MikroORM.init(this.#options(room, { ...TIMEOUTS, max: POOL.room }));
    this.#orms.push(orm);
    return orm.em as unknown as SqlEntityManager;
  }

  async reader(room: Room, em: SqlEntityManager): Promise<Read> {
    const managers: SqlEntityManager[] = [];
    for (const url of this.#replicaUrls) {
      const orm = await MikroORM.init(this.#options(room, { ...TIMEOUTS, max: POOL.room }, url));
      this.#orms.push(orm);
      managers.push(orm.em as unknown as SqlEntityManager);
    }
    this.#replicas.watch();
    return this.#replicas.reader(em, managers);
  }

  async session(): Promise<Session> {
    const client = new Client({ connectionString: this.#url, application_name: 'parley session', ...CONNECTING });
    client.on('error', (error) => this.#log.warn({ err: error }, 'a session was lost'));
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
    // It tries a failed segment again and again, and no later one before it.
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

  /** On a connection of its own, without timeouts: a change to a large table takes what it takes. */
  async #migrate(room: Room): Promise<void> {
    const migrationsList = toMigrationClasses(room.migrations);
    const orm = await MikroORM.init({
      ...this.#options(room, { ...CONNECTING, max: 1 }),
      extensions: [Migrator],
      migrations: { schema: room.name, tableName: 'migration', migrationsList, snapshot: false },
    });
    try {
      await orm.em.getConnection().execute(`create schema if not exists ${room.name}`);
      await orm.migrator.up();
    } finally {
      await orm.close();
    }
  }

  #options(room: Room, pool: PoolConfig, url = this.#url): Options {
    return {
      entities: room.entities,
      discovery: { warnWhenNoEntities: false },
      clientUrl: url,
      schema: room.name,
      // The whole address once more: MikroORM takes the host and the names from it, but not sslmode and the like.
      driverOptions: { connectionString: url, application_name: `parley ${room.name}`, onConnect: giveBackWhenLost, ...pool },
      logger: (message) => this.#log.debug({ sql: message, room: room.name }, 'sql'),
      // Without the parameters: no level of the log holds what people wrote.
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
    pool.on('error', (error) => this.#log.warn({ err: error }, 'a database connection was lost'));
    this.#pools.push(pool);
    return pool;
  }

  async #alone(body: () => Promise<void>): Promise<void> {
    const client = new Client({ connectionString: this.#url, application_name: 'parley migrations', ...CONNECTING });
    client.on('error', (error) => this.#log.warn({ err: error }, 'the connection that keeps the turn was lost'));
    await client.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await body();
    } finally {
      // The lock goes with the connection.
      await client.end();
    }
  }
}

async function standingOf(pool: Pool): Promise<Standing> {
  const { rows } = await pool.query<Standing>(STANDING);
  return rows[0]!;
}

/**
 * Kysely (0.29) keeps the connection of a transaction that could not begin or be rolled back: without this, each such
 * failure would take a connection from the pool for ever, until a server that was away for a moment is never reached again.
 */
function giveBackWhenLost(client: PoolClient): void {
  const query = client.query.bind(client) as (...given: unknown[]) => Promise<unknown>;
  const giveBack = () => {
    try {
      client.release(true);
    } catch {
      // Given back already.
    }
  };
  client.query = ((...given: unknown[]) => {
    const result = query(...given);
    if (/^(begin|start transaction|rollback)\b/.test(String(given[0]))) result.catch(() => setImmediate(giveBack));
    return result;
  }) as typeof client.query;
}
