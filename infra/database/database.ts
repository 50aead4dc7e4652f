import type { EntitySchema } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';

/** PostgreSQL, embedded or as a server. One database, one schema per subgraph, no joins across schemas. */
export interface Database {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Migrates the module's schema and returns the entity manager to fork from. */
  connect(module: SchemaModule): Promise<SqlEntityManager>;
  /** Returns a reader for stale-tolerant queries: a fresh replica, else `em`, i.e. the primary. */
  replicaReader(module: SchemaModule, em: SqlEntityManager): Promise<ReplicaReader>;
  /** Replicas that `replicaReader` may read from. */
  readonly replicas: readonly Replica[];
  /** Opens a dedicated session without timeouts, for SQL outside the schema modules: transactions, cursors. */
  session(): Promise<Session>;
  /** Rejects if the database does not answer. */
  ping(): Promise<void>;
  /** Seconds since WAL archiving began to fail; 0 if it succeeds, undefined if archiving is off. */
  archiveLateSeconds(): Promise<number | undefined>;
}

export interface Session {
  /** Runs one statement. The adapter determines the types of returned values, except text and JSON. */
  query<Row>(sql: string, params?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Runs `work`, which must only read, on a replica. Runs it again on the primary if the replica fails. */
export type ReplicaReader = <T>(work: (em: SqlEntityManager) => Promise<T>) => Promise<T>;

/** Upper bound on the staleness of a `ReplicaReader`; a replica is excluded long before. */
export const MAX_STALENESS_MS = 10_000;

export interface Replica {
  /** Identifies the replica without revealing its address. */
  readonly name: string;
  /** True if it answers and its lag is within bounds. */
  readonly isUsable: boolean;
  /** Undefined until it is known. */
  readonly secondsBehind: number | undefined;
}

/** The tables of one subgraph; `name` is the PostgreSQL schema. */
export interface SchemaModule {
  name: string;
  entities: EntitySchema<any>[];
  migrations: SqlMigration[];
}

/** Immutable once released; there is no way down. `up` may contain several statements. */
export interface SqlMigration {
  name: string;
  up: string;
}

/** SQLSTATE classes for connection loss, insufficient resources, shutdown, timeouts and lost locks, and Node's socket errors. */
const AWAY = /^(08|40|53|57|55P03$|ECONN|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENOTFOUND$|EAI_AGAIN$)/;
const AWAY_MESSAGE =
  /^(timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error)/;

/** Returns whether an error means that the database is unavailable or overloaded, as opposed to a faulty statement. */
export function isAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if ((typeof code === 'string' && AWAY.test(code)) || AWAY_MESSAGE.test(cause.message)) return true;
  }
  return false;
}
