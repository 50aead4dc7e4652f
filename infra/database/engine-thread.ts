import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, type QueryOptions, type Results } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { EngineWire } from './engine-wire.ts';

/** The thread's `workerData`. */
export interface EngineSettings {
  dataDir: string;
  /** Lines of postgresql.conf. */
  configuration: string[];
  /** Session parameters, such as `hnsw.ef_search`. */
  parameters: Record<string, string>;
}

/** A request to the thread. `textDates` returns dates as PostgreSQL text, because MikroORM parses them itself. */
export type EngineTask =
  | { id: number; kind: 'query'; sql: string; params: unknown[]; textDates: boolean; begins: boolean }
  | { id: number; kind: 'exec'; sql: string; textDates: boolean; begins: boolean; undoes: boolean }
  | { id: number; kind: 'listen' | 'unlisten'; channel: string }
  | { id: number; kind: 'settle' | 'close' };

/** Rows as arrays, so that column names are not cloned with each row. */
export interface EngineResult {
  columns: string[];
  rows: unknown[][];
  affectedRows: number | undefined;
}

/** An error as plain data: structured cloning would keep its message only. */
export interface EngineFault {
  message: string;
  stack: string | undefined;
  fields: Record<string, string | undefined>;
}

export type EngineAnswer =
  { id: number; results: EngineResult[] } | { id: number; fault: EngineFault } | { channel: string; payload: string } | { opened: true };

/** Array types that are parsed; see `keepFewParsers`. */
const LISTED = 'bool int2 int4 int8 float4 float8 numeric text varchar name uuid oid date timestamp timestamptz json jsonb'.split(' ');
/** Error fields to keep, without those that repeat the statement and its values. */
const FAULT_FIELDS = [
  'severity',
  'code',
  'detail',
  'hint',
  'where',
  'schema',
  'table',
  'column',
  'dataType',
  'constraint',
  'routine',
] as const;
/** OIDs of date, timestamp, timestamptz and interval, and of their array types. */
const DATES = [1082, 1114, 1184, 1186];
const DATE_LISTS = [1182, 1115, 1185, 1187];

const TEXT_DATES = Object.fromEntries([
  ...DATES.map((oid) => [oid, (text: string) => text] as const),
  ...DATE_LISTS.map((oid) => [oid, parseDateList] as const),
]);
const PLAIN: QueryOptions = { rowMode: 'array' };
const WITH_TEXT_DATES: QueryOptions = { rowMode: 'array', parsers: TEXT_DATES };

const port = parentPort!;
const { dataDir, configuration, parameters } = workerData as EngineSettings;
const pglite = await PGlite.create({
  dataDir,
  extensions: { vector },
  postgresqlconf: configuration,
  startParams: [...PGlite.defaultStartParams, ...Object.entries(parameters).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
});
await keepFewParsers();
const wire = new EngineWire(pglite);
const channels = new Map<string, () => Promise<void>>();
const tasks: EngineTask[] = [];
let isWorking = false;

port.on('message', (task: EngineTask) => {
  tasks.push(task);
  if (!isWorking) void work();
});
port.postMessage({ opened: true } satisfies EngineAnswer);

/** Runs one task at a time, because they share one session. */
async function work(): Promise<void> {
  isWorking = true;
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    try {
      port.postMessage({ id: task.id, results: await perform(task) } satisfies EngineAnswer);
    } catch (error) {
      port.postMessage({ id: task.id, fault: toFault(error) } satisfies EngineAnswer);
      // The engine's memory is in an unknown state, so it must be restarted and recover from its WAL.
      if (isBroken(error)) throw error;
    }
  }
  isWorking = false;
}

async function perform(task: EngineTask): Promise<EngineResult[]> {
  switch (task.kind) {
    case 'query':
      return [
        toResult(
          await wire.query<unknown[]>(task.sql, task.params, { ...(task.textDates ? WITH_TEXT_DATES : PLAIN), begins: task.begins }),
        ),
      ];
    case 'exec':
      if (task.begins) await wire.script('begin', PLAIN);
      return execute(task.sql, task);
    case 'listen':
      if (!channels.has(task.channel)) {
        const { channel } = task;
        channels.set(channel, await pglite.listen(channel, (payload) => port.postMessage({ channel, payload } satisfies EngineAnswer)));
      }
      return [];
    case 'unlisten':
      await channels.get(task.channel)?.();
      channels.delete(task.channel);
      return [];
    case 'settle':
      return [];
    case 'close':
      await pglite.close();
      return [];
  }
}

async function execute(sql: string, { textDates, undoes }: { textDates: boolean; undoes: boolean }): Promise<EngineResult[]> {
  try {
    return (await wire.script<unknown[]>(sql, textDates ? WITH_TEXT_DATES : PLAIN)).map(toResult);
  } catch (error) {
    // An unfinished transaction would include the statements of other callers.
    if (undoes && pglite.isInTransaction()) await wire.script('rollback', PLAIN);
    throw error;
  }
}

function toResult({ fields, rows, affectedRows }: Results<unknown[]>): EngineResult {
  return { columns: fields.map(({ name }) => name), rows, affectedRows };
}

function toFault(error: unknown): EngineFault {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, fields: {} };
  const given = error as Error & Record<string, string | undefined>;
  return { message: error.message, stack: error.stack, fields: Object.fromEntries(FAULT_FIELDS.map((name) => [name, given[name]])) };
}

function isBroken(error: unknown): boolean {
  return ['RuntimeError', 'ExitStatus'].includes((error as Error | null)?.name ?? '');
}

/**
 * Removes array parsers that are not needed. PGlite registers one per type, including row types, and copies them all
 * for each query, which takes 0.1 of the 0.3 ms of a small query with our tables. Scalar parsers are not affected.
 */
async function keepFewParsers(): Promise<void> {
  const { rows } = await pglite.query<{ oid: number }>(
    "select typarray::int as oid from pg_type where typname = any($1) and typnamespace = 'pg_catalog'::regnamespace",
    [LISTED],
  );
  pglite.parsers = Object.fromEntries(rows.map(({ oid }) => [oid, pglite.parsers[oid]!]));
}

/** Parses `{a,b}` for dates: no nesting, and quotes only around whole elements. */
function parseDateList(text: string): string[] {
  return text === '{}'
    ? []
    : text
        .slice(1, -1)
        .split(',')
        .map((part) => part.replace(/^"|"$/g, ''));
}
