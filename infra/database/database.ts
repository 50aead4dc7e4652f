import type { EntitySchema } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';

/** PostgreSQL, embedded or as a server. One database, one schema for each subgraph, no joins across schemas. */
export interface Database {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Brings the rooms' tables up to date and gives the entity manager to fork from. */
  connect(room: Room): Promise<SqlEntityManager>;
  /** A session of one's own, for SQL beside the rooms: transactions, cursors. Without time limits. */
  session(): Promise<Session>;
  /** Resolves while the database answers. */
  ping(): Promise<void>;
}

export interface Session {
  /** One statement; what a value becomes depends on the adapter, except for text and JSON. */
  query<Row>(sql: string, params?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
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
