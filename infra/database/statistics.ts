import type { Log } from '../log.ts';
import type { Engine } from './engine.ts';

const CHECK_INTERVAL_MS = 15_000;
/** A table is analysed again once this number plus this fraction of its rows have changed. */
const CHANGED = { rows: 50, fraction: 0.1 };
/** ANALYZE samples 300 times as many rows. PostgreSQL's default of 100 would block other statements four times as long. */
const TARGET = 25;

const STALE = `
  select format('%I.%I', s.schemaname, s.relname) as name
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where (c.reltuples < 0 and pg_relation_size(c.oid) > 0)
     or s.n_mod_since_analyze > ${CHANGED.rows} + ${CHANGED.fraction} * greatest(c.reltuples, 0)`;

/**
 * Keeps planner statistics of the embedded database up to date, since it has no autovacuum. Without statistics the
 * planner assumes small tables, and a keyword search over many passages takes four times as long.
 */
export class Statistics {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #checking: Promise<void> | undefined;

  constructor(engine: Engine, log: Log, intervalMs = CHECK_INTERVAL_MS) {
    this.#engine = engine;
    this.#log = log;
    this.#timer = setInterval(() => (this.#checking ??= this.#check().finally(() => (this.#checking = undefined))), intervalMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#checking;
  }

  async #check(): Promise<void> {
    try {
      const { rows } = await this.#engine.query<{ name: string }>(STALE);
      for (const { name } of rows) await this.#analyze(name);
    } catch (error) {
      this.#log.warn({ err: error }, 'cannot update the statistics of the database');
    }
  }

  /** Analyses one table, so that other statements can run in between. The table may have been dropped meanwhile. */
  async #analyze(name: string): Promise<void> {
    const began = performance.now();
    const [row] = (await this.#engine.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name])).rows;
    if (!row!.there) return;
    await this.#engine.exec(`begin; set local default_statistics_target = ${TARGET}; analyze ${name}; commit`);
    this.#log.debug({ table: name, milliseconds: Math.round(performance.now() - began) }, 'updated statistics of a table');
  }
}
