import { createHash } from 'node:crypto';
import { assertLengths, MEAN_OF, without } from './subject.ts';
import {
  BM25,
  fuse,
  type Collection,
  type Hit,
  type HybridHit,
  type HybridQuery,
  type IndexedItem,
  type Scope,
  type Subject,
  type VectorItem,
  type Vectors,
  type Within,
} from './vectors.ts';

/** The part of PGlite, or of another PostgreSQL client, that this adapter uses. */
export interface Engine {
  query<Row>(sql: string, params?: unknown[]): Promise<{ rows: Row[]; affectedRows?: number }>;
}

interface Target extends Collection {
  /** Schema-qualified. */
  table: string;
}

/** Settings that every connection of the engine must have. */
export const SESSION = {
  // Without it the index filters only after selecting the nearest of all tenants, and returns fewer hits than requested.
  'hnsw.iterative_scan': 'strict_order',
  'hnsw.ef_search': '100',
};

/** Advisory lock that serialises DDL of concurrent processes. */
const MAKING_LOCK = 0x76_65_63_74;
/** Up to this many vectors of the tenants are scanned: exact, and not slower than the index. */
const EXACT_LIMIT = 5_000;
/** Collections with more dimensions cannot be indexed by pgvector and are always scanned. */
const MAX_INDEXED_DIMENSIONS = 2_000;
/** A row with more dimensions exceeds an 8 kB page and is stored out of line (TOAST). */
const MAX_INLINE_DIMENSIONS = 1_900;
/** Rows per statement. The embedded engine runs one statement at a time, so short ones keep the latency of others low. */
const BATCH = 4;
/** Rows per scan. Parsing a vector blocks the event loop for 0.1 ms. */
const SCAN_BATCH = 50;
const { K1, B } = BM25;
/** SQLSTATEs for a missing collection, and for one that was created before the keyword search. */
const MISSING = ['42P01', '42703'];
/** The SQL condition of a scope, and its parameters. */
const IN_SCOPE = 'tenant = any($2::uuid[]) and document_id <> all($3::uuid[]) and id <> all($4::uuid[])';
const paramsOf = (asked: string | string[], { tenants, except, limit }: Scope) => [
  asked,
  tenants,
  except?.documentIds ?? [],
  except?.ids ?? [],
  limit,
];

/** pgvector in a separate schema: one table per collection, with an index of vectors and one of words. */
export class PgVectors implements Vectors {
  readonly isApart: boolean;
  readonly wordsLateMs = 0;
  readonly #engine: () => Engine;
  readonly #ready = new Map<string, Promise<void>>();
  /** Schema of the extension, which an administrator may have chosen. */
  #home = 'vectors';

  constructor(engine: () => Engine, { isApart = false } = {}) {
    this.#engine = engine;
    this.isApart = isApart;
  }

  async open(): Promise<void> {
    await this.#alone('create schema if not exists vectors; create extension if not exists vector with schema vectors;');
    const [place] = await this.#run<{ home: string }>(
      "select quote_ident(extnamespace::regnamespace::text) as home from pg_extension where extname = 'vector'",
    );
    this.#home = place!.home;
    for (const [name, value] of Object.entries(SESSION)) await this.#run('select set_config($1, $2, false)', [name, value]);
  }

  async close(): Promise<void> {}

  async ping(): Promise<void> {
    await this.#run('select 1');
  }

  async upsert(collection: Collection, items: IndexedItem[]): Promise<void> {
    assertLengths(
      collection,
      items.map(({ vector }) => vector),
    );
    const target = targetOf(collection);
    await this.#ensure(target);
    try {
      for (let from = 0; from < items.length; from += BATCH) await this.#insert(target, items.slice(from, from + BATCH));
    } catch (error) {
      // Another process may have dropped the collection; the next attempt checks again.
      this.#ready.delete(target.table);
      throw error;
    }
  }

  async deleteBy(collection: Collection, by: Within): Promise<void> {
    const { table } = targetOf(collection);
    const [also, param] =
      'ids' in by ? ['and id = any($2::uuid[])', by.ids] : 'documentId' in by ? ['and document_id = $2::uuid', by.documentId] : [''];
    await this.#runOrNothing(`delete from ${table} where tenant = $1::uuid ${also}`, [by.tenant, ...(param ? [param] : [])]);
  }

  async drop(collection: Collection): Promise<void> {
    const { table } = targetOf(collection);
    await this.#run(`drop table if exists ${table}`);
    this.#ready.delete(table);
  }

  async nearest(collection: Collection, query: Scope & { vector: Float32Array }): Promise<Hit[]> {
    assertLengths(collection, [query.vector]);
    if (query.tenants.length === 0) return [];
    const target = targetOf(collection);
    const few = (await this.#count(target, query.tenants)) <= EXACT_LIMIT;
    if (few || target.dimensions > MAX_INDEXED_DIMENSIONS) return this.#compareAll(target, query);
    const hits = await this.#askIndex(target, query);
    // The index stops after 20,000 steps, which may be too few if the tenants own a small fraction of the rows.
    return hits.length < query.limit ? this.#compareAll(target, query) : hits;
  }

  async hybrid(collection: Collection, query: HybridQuery): Promise<HybridHit[]> {
    const [keyword, vector] = await Promise.all([this.#holding(targetOf(collection), query), this.nearest(collection, query)]);
    return fuse(keyword, vector, query.weights).slice(0, query.limit);
  }

  async similar(collection: Collection, query: Scope & { to: Subject }): Promise<Hit[]> {
    const { table } = targetOf(collection);
    const { to } = query;
    const [column, value] = 'id' in to ? ['id', to.id] : ['document_id', to.documentId];
    const [found] = await this.#runOrNothing<{ mean: string | null }>(
      `select ${this.#home}.avg(vector)::text as mean
       from (select vector from ${table} where tenant = $1::uuid and ${column} = $2::uuid limit ${MEAN_OF}) as own`,
      [to.tenant, value],
    );
    return found?.mean ? this.nearest(collection, { ...without(query, to), vector: toVector(found.mean) }) : [];
  }

  async *scan(collection: Collection, tenant: string): AsyncIterable<VectorItem> {
    const { table } = targetOf(collection);
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const rows = await this.#runOrNothing<{ id: string; document_id: string; vector: string }>(
        `select id, document_id, vector::text as vector from ${table} where tenant = $1::uuid and id > $2::uuid order by id limit ${SCAN_BATCH}`,
        [tenant, after],
      );
      for (const row of rows) yield { id: row.id, tenant, documentId: row.document_id, vector: toVector(row.vector) };
      if (rows.length < SCAN_BATCH) return;
      after = rows.at(-1)!.id;
    }
  }

  async #ensure(target: Target): Promise<void> {
    let ready = this.#ready.get(target.table);
    if (!ready) {
      ready = this.#create(target);
      this.#ready.set(target.table, ready);
      ready.catch(() => this.#ready.delete(target.table));
    }
    await ready;
  }

  async #insert({ table }: Target, items: IndexedItem[]): Promise<void> {
    const types = ['uuid', 'uuid', 'uuid', `${this.#home}.vector`, 'jsonb', 'int'];
    const values = items.map((_, row) => `(${types.map((type, column) => `$${row * types.length + column + 1}::${type}`).join(', ')})`);
    await this.#run(
      `insert into ${table} (id, tenant, document_id, vector, words, length) values ${values.join(', ')}
       on conflict (id) do update set tenant = excluded.tenant, document_id = excluded.document_id, vector = excluded.vector,
         words = excluded.words, length = excluded.length`,
      items.flatMap((item) => [item.id, item.tenant, item.documentId, toText(item.vector), ...toCounts(item.words ?? [])]),
    );
  }

  async #create({ table, dimensions }: Target): Promise<void> {
    const name = table.slice(table.indexOf('.') + 1);
    const statements = [
      `create table ${table} (id uuid primary key, tenant uuid not null, document_id uuid not null, vector ${this.#home}.vector(${dimensions}) not null)`,
      `create index ${name}_tenant on ${table} (tenant)`,
      `create index ${name}_document on ${table} (document_id)`,
    ];
    if (dimensions <= MAX_INLINE_DIMENSIONS) statements.push(`alter table ${table} alter column vector set storage plain`);
    if (dimensions <= MAX_INDEXED_DIMENSIONS) {
      // Half of pgvector's defaults: inserts, which block the embedded engine, take a third of the time.
      statements.push(
        `create index ${name}_nearest on ${table} using hnsw (vector ${this.#home}.vector_cosine_ops) with (m = 8, ef_construction = 32)`,
      );
    }
    // Tables of earlier versions lack these columns.
    const words = [
      `alter table ${table} add column words jsonb, add column length int`,
      // Uncompressed and inline, words are read in half the time.
      `alter table ${table} set (toast_tuple_target = 8160)`,
      `create index ${name}_words on ${table} using gin (words) where words is not null`,
    ];
    await this.#alone(
      `if to_regclass('${table}') is null then ${statements.join('; ')}; end if;
       if not exists (select from pg_attribute where attrelid = '${table}'::regclass and attname = 'words') then ${words.join('; ')}; end if;`,
    );
  }

  /** Runs DDL as one statement under the advisory lock: `if not exists` alone fails on concurrent creation. */
  async #alone(statements: string): Promise<void> {
    await this.#run(`do $$ begin perform pg_advisory_xact_lock(${MAKING_LOCK}); ${statements} end $$`);
  }

  async #count({ table }: Target, tenants: string[]): Promise<number> {
    const [row] = await this.#runOrNothing<{ count: number }>(
      `select count(*)::int as count from (select 1 from ${table} where tenant = any($1::uuid[]) limit ${EXACT_LIMIT + 1}) as found`,
      [tenants],
    );
    return row?.count ?? 0;
  }

  #compareAll({ table }: Target, query: Scope & { vector: Float32Array }): Promise<Hit[]> {
    return this.#runOrNothing(
      `with own as materialized (select id, document_id, vector from ${table} where ${IN_SCOPE})
       select id, document_id as "documentId", 1 - (vector operator(${this.#home}.<=>) $1::${this.#home}.vector) as score
       from own order by score desc, id limit $5`,
      paramsOf(toText(query.vector), query),
    );
  }

  #askIndex({ table }: Target, query: Scope & { vector: Float32Array }): Promise<Hit[]> {
    return this.#runOrNothing(
      `select id, document_id as "documentId", 1 - distance as score from (
         select id, document_id, vector operator(${this.#home}.<=>) $1::${this.#home}.vector as distance from ${table} where ${IN_SCOPE}
         order by vector operator(${this.#home}.<=>) $1::${this.#home}.vector limit $5
       ) as nearest order by distance, id`,
      paramsOf(toText(query.vector), query),
    );
  }

  /** Ranks the items that contain any of the words by BM25, with document frequencies over all items of the tenants. */
  async #holding({ table }: Target, query: Scope & { words: string[] }): Promise<Hit[]> {
    if (query.words.length === 0) return [];
    return this.#runOrNothing(
      `with held as (
         select id, document_id, length, word, (words ->> word)::float8 as times
         from ${table} cross join unnest($1::text[]) as word where ${IN_SCOPE} and words ?| $1::text[] and words ? word
       ), total as (
         select count(*)::float8 as items, avg(length)::float8 as length from ${table} where tenant = any($2::uuid[]) and words is not null
       ), costOfRun as (
         select word, ln(1 + (greatest(items - count(*), 0) + 0.5) / (count(*) + 0.5)) as weight from held, total group by word, items
       )
       select id, document_id as "documentId",
         sum(weight * times * (${K1} + 1) / (times + ${K1} * (1 - ${B} + ${B} * held.length / total.length))) as score
       from held join costOfRun using (word) cross join total group by id, document_id order by score desc, id limit $5`,
      paramsOf([...new Set(query.words)], query),
    );
  }

  /** Returns `nothing` if the collection does not exist. */
  async #runOrNothing<Row>(sql: string, params: unknown[]): Promise<Row[]> {
    return this.#run<Row>(sql, params).catch((error: unknown) => {
      if (MISSING.includes((error as { code?: string }).code ?? '')) return [];
      throw error;
    });
  }

  async #run<Row>(sql: string, params: unknown[] = []): Promise<Row[]> {
    return (await this.#engine().query<Row>(sql, params)).rows;
  }
}

/** Returns a readable name; the hash distinguishes names that differ only in replaced characters. */
function targetOf({ name, dimensions }: Collection): Target {
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 30);
  const hash = createHash('sha256').update(`${name}/${dimensions}`).digest('hex').slice(0, 8);
  return { name, dimensions, table: `vectors.c_${readable}_${hash}` };
}

/** Returns term frequencies as JSON and the length, or null without words, so that the keyword index is not touched. */
function toCounts(words: string[]): [string, number] | [null, null] {
  if (words.length === 0) return [null, null];
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [JSON.stringify(Object.fromEntries(counts)), words.length];
}

/** Nine digits round-trip a 32-bit float. */
function toText(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => Number(value.toPrecision(9))).join(',')}]`;
}

function toVector(text: string): Float32Array {
  return Float32Array.from(JSON.parse(text) as number[]);
}
