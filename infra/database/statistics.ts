import type { Log } from '../log.ts';
import type { Engine } from './engine.ts';

const LOOK_MS = 15_000;
/** A table is counted again when so many of its rows have changed, and this part of them. */
const CHANGED = { rows: 50, part: 0.1 };
/** Sampled rows are 300 times this; PostgreSQL's own 100 would hold up everybody else four times as long. */
const TARGET = 25;

const STALE = `
  select format('%I.%I', s.schemaname, s.relname) as name
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where (c.reltuples < 0 and pg_relation_size(c.oid) > 0)
     or s.n_mod_since_analyze > ${CHANGED.rows} + ${CHANGED.part} * greatest(c.reltuples, 0)`;

/**
 * Keeps the planner's statistics of the embedded database, which has no autovacuum: without them it takes every table
 * for a small one, and a question of words to many passages takes four times as long.
 */
export class Statistics {
  readonly #engine: Engine;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;

  constructor(engine: Engine, log: Log, everyMs = LOOK_MS) {
    this.#engine = engine;
    this.#log = log;
    this.#timer = setInterval(() => (this.#looking ??= this.#look().finally(() => (this.#looking = undefined))), everyMs).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const { rows } = await this.#engine.query<{ name: string }>(STALE);
      for (const { name } of rows) await this.#count(name);
    } catch (error) {
      this.#log.warn({ err: error }, 'the statistics of the database are not up to date');
    }
  }

  /** A table at a time, so that others come in between. It may have been dropped meanwhile. */
  async #count(name: string): Promise<void> {
    const began = performance.now();
    const [row] = (await this.#engine.query<{ there: boolean }>('select to_regclass($1) is not null as there', [name])).rows;
    if (!row!.there) return;
    await this.#engine.exec(`begin; set local default_statistics_target = ${TARGET}; analyze ${name}; commit`);
    this.#log.debug({ table: name, milliseconds: Math.round(performance.now() - began) }, 'statistics were counted');
  }
}
