import type { Session } from '../database/database.ts';
import { Digest } from './digest.ts';

/** A table of the catalogue. */
export interface Table {
  /** Qualified and quoted for SQL. */
  name: string;
  columns: { name: string; generated: boolean }[];
}

/** An order-independent summary of a table's rows, equal for equal content. */
export interface TableContent {
  rows: number;
  /** See digest.ts. */
  digest: string;
}

/** Tables with the runtime state of queue processes, which is not backed up. */
const PASSING = 'queue\\.(instance|warning|bam|queue_stats.*)';
const ROWS_AT_ONCE = 500;
/** Settings that affect the text form of rows. */
const TEXT_FORM = { timezone: 'UTC', datestyle: 'ISO, MDY', intervalstyle: 'postgres', extra_float_digits: '1', bytea_output: 'hex' };

/** Runs `body` in one snapshot, with settings that make the text of values identical on every server. */
export async function inTransaction<T>(session: Session, mode: 'read only' | 'read write', body: () => Promise<T>): Promise<T> {
  await session.query(`begin isolation level repeatable read ${mode}`);
  try {
    for (const [name, value] of Object.entries(TEXT_FORM)) await session.query('select set_config($1, $2, true)', [name, value]);
    const result = await body();
    await session.query('commit');
    return result;
  } catch (error) {
    await session.query('rollback').catch(() => {});
    throw error;
  }
}

/** Orders tables so that referenced ones come first. */
export async function tablesOf(session: Session, schemas: readonly string[]): Promise<Table[]> {
  const rows = await session.query<Table & { refers: string[] }>(
    `select format('%I.%I', n.nspname, c.relname) as name,
       (select json_agg(json_build_object('name', quote_ident(attname), 'generated', attgenerated <> '') order by attnum)
          from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
       (select coalesce(json_agg(format('%I.%I', rn.nspname, rc.relname)), '[]')
          from pg_constraint k join pg_class rc on rc.oid = k.confrelid join pg_namespace rn on rn.oid = rc.relnamespace
          where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as refers
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname = any($1::text[]) and n.nspname || '.' || c.relname !~ $2 order by 1`,
    [schemas, `^${PASSING}$`],
  );
  const known = new Map(rows.map((row) => [row.name, row]));
  const ordered = new Set<Table>();
  const take = (name: string) => {
    const row = known.get(name);
    if (!row) return;
    known.delete(name);
    row.refers.forEach(take);
    ordered.add({ name, columns: row.columns });
  };
  rows.forEach(({ name }) => take(name));
  return [...ordered];
}

/** Reads rows as PostgreSQL record text, in batches. Must run in a transaction. */
export async function* readRows(session: Session, table: Table): AsyncGenerator<string[]> {
  await session.query(`declare reading no scroll cursor for select ${recordOf(table)} as line from ${table.name}`);
  for (;;) {
    const rows = await session.query<{ line: string }>(`fetch ${ROWS_AT_ONCE} from reading`);
    if (rows.length === 0) break;
    yield rows.map(({ line }) => line);
  }
  await session.query('close reading');
}

export async function insertRows(session: Session, { name, columns }: Table, lines: string[]): Promise<void> {
  const own = columns.filter(({ generated }) => !generated).map((column) => column.name);
  await session.query(
    `insert into ${name} (${own.join(', ')}) select ${own.map((column) => `(line).${column}`).join(', ')}
     from (select text::${name} as line from json_array_elements_text($1::json) as given(text) offset 0) as lines`,
    [JSON.stringify(lines)],
  );
}

/** Deletes the initial rows of a new installation. */
export async function emptyTable(session: Session, { name }: Table): Promise<void> {
  const [first] = await session.query(`select 1 from ${name} limit 1`);
  if (first) await session.query(`delete from ${name}`);
}

/** Computes the summary in the database. */
export async function contentOf(session: Session, table: Table): Promise<TableContent> {
  const [found] = await session.query<{ rows: string; sum: string }>(
    `select count(*)::text as rows, coalesce(sum(${Digest.inSql('line')}), 0)::text as sum
     from (select ${recordOf(table)} as line from ${table.name}) as lines`,
  );
  return { rows: Number(found!.rows), digest: found!.sum };
}

/** Excludes generated columns, which are recomputed, possibly by a newer server. */
function recordOf({ columns }: Table): string {
  return `row(${columns.map(({ name, generated }) => (generated ? 'null' : name)).join(', ')})::text`;
}
