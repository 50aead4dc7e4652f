import type { EntitySchema } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';

/** PostgreSQL, embedded or as a server. One database, one schema for each subgraph, no joins across schemas. */
export interface Database {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Brings the rooms' tables up to date and gives the entity manager to fork from. */
  connect(room: Room): Promise<SqlEntityManager>;
  /** The reading of what may be a moment old, given the entity manager of the room: it answers where no replica does. */
  reader(room: Room, em: SqlEntityManager): Promise<Read>;
  /** Servers that `reader` may read from; where there is none, or none is well, the database itself is read. */
  readonly replicas: readonly Replica[];
  /** A session of one's own, for SQL beside the rooms: transactions, cursors. Without time limits. */
  session(): Promise<Session>;
  /** Resolves while the database answers. */
  ping(): Promise<void>;
  /** For how many seconds the server has failed to archive its log, 0 while it does; undefined where it keeps no archive. */
  archiveLateSeconds(): Promise<number | undefined>;
}

export interface Session {
  /** One statement; what a value becomes depends on the adapter, except for text and JSON. */
  query<Row>(sql: string, params?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** `work` only reads. It may be done twice: what a replica does not answer, the database itself is asked. */
export type Read = <T>(work: (em: SqlEntityManager) => Promise<T>) => Promise<T>;

/** Nothing that `Read` gives is older, in milliseconds: a replica is left alone long before. */
export const MOMENT_MS = 10_000;

export interface Replica {
  /** Tells it from the others, and nothing of where it is. */
  readonly name: string;
  /** It answers and is at most a moment behind. */
  readonly isUsable: boolean;
  /** Until it is known, undefined. */
  readonly secondsBehind: number | undefined;
}

/** What one subgraph keeps in the database: `name` is its schema. */
export interface Room {
  name: string;
  entities: EntitySchema<any>[];
  migrations: SqlMigration[];
}

/** Forward only once released; `up` may hold several statements. */
export interface SqlMigration {
  name: string;
  up: string;
}

/** Classes of SQLSTATE: no connection, no resources, an operator's stop, a timeout or a lost turn. And what Node says of sockets. */
const AWAY = /^(08|40|53|57|55P03$|ECONN|EPIPE$|ETIMEDOUT$|EHOSTUNREACH$|ENETUNREACH$|ENOTFOUND$|EAI_AGAIN$)/;
const AWAY_IN_WORDS =
  /^(timeout exceeded when trying to connect|Query read timeout|Connection terminated|Client has encountered a connection error)/;

/** Whether an error says that the database is away, stopping or too busy, and not that the statement was wrong. */
export function isAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if ((typeof code === 'string' && AWAY.test(code)) || AWAY_IN_WORDS.test(cause.message)) return true;
  }
  return false;
}
