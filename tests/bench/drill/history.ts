import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { timeOf } from '../../../infra/id.ts';
import { inTurns } from '../in-turns.ts';

/** The tables with rows of a conversation, and the column that refers to it. */
const TABLES = {
  'conversations.conversation': 'id',
  'conversations.message': 'conversation_id',
  'conversations.run': 'conversation_id',
  'conversations.run_event': 'run_id',
  'conversations.citation': 'message_id',
  'analytics.usage': 'run_id',
  'analytics.audit_entry': 'target_id',
};

const COPIES_AT_ONCE = 2;
const DAY_MS = 24 * 60 * 60 * 1000;
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;

/** Adds a year of conversations by SQL: copies of the first ones, some days earlier, with new ids and otherwise unchanged. */
export async function addHistory(databaseUrl: string, conversationIds: string[], copies: number): Promise<void> {
  const client = await connected(databaseUrl);
  const own = new Set(conversationIds);
  const inserts: { sql: string; rows: string }[] = [];
  for (const [table, column] of Object.entries(TABLES)) {
    const { rows } = await client.query<{ row: Record<string, unknown> }>(
      `select row_to_json(t) as row from ${table} t where ${column}::text = any($1)`,
      [[...own]],
    );
    for (const { row } of rows) if (row['id']) own.add(row['id'] as string);
    const columns = await columnsOf(client, table);
    inserts.push({
      sql: `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1::json)`,
      rows: JSON.stringify(rows.map(({ row }) => row)),
    });
  }
  await client.end();
  await inTurns(copies, COPIES_AT_ONCE, async (index) => {
    const writer = await connected(databaseUrl);
    const move = mover(own, (index + 1) * Math.floor((365 * DAY_MS) / (copies + 1)));
    await writer.query('begin');
    for (const { sql, rows } of inserts) await writer.query(sql, [move(rows)]);
    await writer.query('commit');
    await writer.end();
  });
}

async function connected(databaseUrl: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  return client;
}

/** Returns the columns that are not generated. */
async function columnsOf(client: Client, table: string): Promise<string> {
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [table],
  );
  return rows[0]!.columns;
}

/** Rewrites rows: earlier times, and new ids of that time, in the same order. */
function mover(own: Set<string>, earlierMs: number): (rows: string) => string {
  const moved = new Map<string, string>();
  const another = (id: string) => {
    if (!own.has(id)) return id;
    const known = moved.get(id);
    if (known) return known;
    const time = (timeOf(id) - earlierMs).toString(16).padStart(12, '0');
    const made = `${time.slice(0, 8)}-${time.slice(8)}-${id.slice(14, 18)}${randomUUID().slice(18)}`;
    moved.set(id, made);
    return made;
  };
  return (rows) => rows.replace(ID, another).replace(TIME, (time) => new Date(Date.parse(time) - earlierMs).toISOString());
}
