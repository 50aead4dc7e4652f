import { createReadStream, existsSync } from 'node:fs';
import { copyFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { all } from '../../subgraphs/all.ts';
import type { Config } from '../config.ts';
import type { Session } from '../database/database.ts';
import { lockDirectory } from '../database/lock.ts';
import type { Files } from '../files/files.ts';
import type { Log } from '../log.ts';
import { openFiles } from '../compose/process-services.ts';
import { openDatabase } from '../compose/domain-services.ts';
import { PostgresQueue } from '../queue/postgres.ts';
import { runCommand } from './command.ts';
import { BackupRefused, filePath, readBackup, SECRET_PATH, tablePath, type Manifest } from './manifest.ts';
import { readSettings, SCHEMAS, type Store } from './store.ts';
import { Meter, unpacked } from './streams.ts';
import { contentOf, emptyTable, inTransaction, insertRows, tablesOf } from './tables.ts';

/**
 * `npm run restore -- <folder> [--overwrite | --check]`: verifies every byte of the backup, restores it to the servers
 * and directories of the settings, and compares every table and file. `--check` only verifies.
 */
async function restore(args: string[]): Promise<string> {
  const [given, ...more] = args.filter((arg) => !arg.startsWith('--'));
  const flags = new Set(args.filter((arg) => arg.startsWith('--')));
  const odd = [...flags].find((flag) => flag !== '--overwrite' && flag !== '--check') ?? more[0];
  if (!given || odd) throw new BackupRefused('Say what: npm run restore -- <folder of a backup> [--overwrite | --check]');
  const folder = resolve(given);
  const manifest = await readBackup(folder);
  const about = `The backup of ${manifest.createdAt}, made by version ${manifest.version}`;
  if (flags.has('--check')) return `${about}, is whole: ${summaryOf(manifest)}.`;
  const { config, log } = readSettings();
  await put(folder, manifest, { config, log, overwrite: flags.has('--overwrite') });
  return `${about}, is restored and compared: ${summaryOf(manifest)}. Vectors are made anew once the product runs.`;
}

interface Target {
  config: Config;
  log: Log;
  overwrite: boolean;
}

async function put(folder: string, manifest: Manifest, target: Target): Promise<void> {
  const { config, log, overwrite } = target;
  const unknown = all.flatMap(({ name, migrations }) =>
    (manifest.migrations[name] ?? []).filter((applied) => !migrations.some((migration) => migration.name === applied)),
  );
  if (unknown.length > 0)
    throw new BackupRefused(
      `The backup was made by a newer version (${manifest.version}), whose ${unknown.join(', ')} this one does not know.`,
    );
  const files = await openFiles(config, log);
  await (config.DATABASE_URL ? intoServer : intoDirectory)(folder, manifest, target, files);
  await putFiles(folder, manifest, files, overwrite);
}

/** Restores beside the current data, which is replaced once everything has been compared. */
async function intoDirectory(folder: string, manifest: Manifest, { config, log, overwrite }: Target, files: Files): Promise<void> {
  const unlock = lockDirectory(config.DATA_DIR);
  const staging = join(config.DATA_DIR, '.restore');
  const place = join(config.DATA_DIR, 'postgres');
  try {
    await refuseFull(existsSync(place), files, overwrite);
    await rm(staging, { recursive: true, force: true });
    const store = await openDatabase({ ...config, DATA_DIR: staging }, log);
    try {
      await fill(folder, manifest, store, log);
    } finally {
      await store.database.close();
    }
    await rm(place, { recursive: true, force: true });
    await rename(join(staging, 'postgres'), place);
    await rm(staging, { recursive: true, force: true });
    if (manifest.parts[SECRET_PATH]) await copyFile(join(folder, SECRET_PATH), join(config.DATA_DIR, SECRET_PATH));
  } finally {
    unlock();
  }
}

async function intoServer(folder: string, manifest: Manifest, { config, log, overwrite }: Target, files: Files): Promise<void> {
  const store = await openDatabase(config, log);
  try {
    const session = await store.database.session();
    const found = await namesIn(session, 'select nspname as name from pg_namespace where nspname = any($1::text[])', SCHEMAS);
    await refuseFull(found.length > 0, files, overwrite);
    for (const name of found) await session.query(`drop schema ${name} cascade`);
    // Keeps the schema, since it may contain the extension, which only an administrator could create again.
    const index = "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = any($1::text[])";
    for (const name of await namesIn(session, index, ['vectors'])) await session.query(`drop table ${name}`);
    await session.close();
    await fill(folder, manifest, store, log);
  } finally {
    await store.database.close();
  }
}

async function namesIn(session: Session, question: string, schemas: readonly string[]): Promise<string[]> {
  return (await session.query<{ name: string }>(question, [schemas])).map(({ name }) => name);
}

async function refuseFull(hasDatabase: boolean, files: Files, overwrite: boolean): Promise<void> {
  if (overwrite) return;
  const { done } = await files.keys()[Symbol.asyncIterator]().next();
  if (hasDatabase || !done)
    throw new BackupRefused('There are data already. Restore them to an empty place, or add --overwrite to lose what is there.');
}

/** Creates the tables with the migrations of the backup. Newer migrations run after the comparison. */
async function fill(folder: string, manifest: Manifest, { database, queueConnections }: Store, log: Log): Promise<void> {
  for (const subgraph of all) {
    const applied = new Set(manifest.migrations[subgraph.name]);
    await database.connect({ ...subgraph, migrations: subgraph.migrations.filter(({ name }) => applied.has(name)) });
  }
  const queue = new PostgresQueue(queueConnections, log);
  await queue.open();
  await queue.close();
  const session = await database.session();
  await inTransaction(session, 'read write', () => fillTables(folder, manifest, session));
  await session.close();
  for (const subgraph of all) {
    const em = await database.connect(subgraph);
    await subgraph.restored?.(em.fork());
  }
}

async function fillTables(folder: string, manifest: Manifest, session: Session): Promise<void> {
  const [queue] = await session.query<{ version: number }>('select version from queue.version');
  if (queue?.version !== manifest.queue)
    throw new BackupRefused(
      `The jobs are those of another version of the queue. Restore with version ${manifest.version} of the product, then update.`,
    );
  const tables = await tablesOf(session, SCHEMAS);
  for (const table of tables.toReversed()) await emptyTable(session, table);
  for (const table of tables) {
    if (!manifest.tables.some(({ name }) => name === table.name)) continue;
    for await (const lines of unpacked(join(folder, tablePath(table.name)))) await insertRows(session, table, lines);
  }
  for (const { name, value } of manifest.sequences)
    if (value) await session.query(`select setval($1::regclass, $2::bigint)`, [name, value]);
  const faults: string[] = [];
  for (const { name, rows, digest } of manifest.tables) {
    const table = tables.find((each) => each.name === name);
    const found = table ? await contentOf(session, table) : { rows: 0, digest: '' };
    if (found.rows !== rows || found.digest !== digest)
      faults.push(`${name} has ${found.rows} rows, and they are not the ${rows} of the backup`);
  }
  if (faults.length > 0) throw new BackupRefused(`Nothing was restored: ${faults.join('; ')}.`);
}

async function putFiles(folder: string, manifest: Manifest, files: Files, overwrite: boolean): Promise<void> {
  const wanted = new Set(manifest.files);
  if (overwrite) for await (const key of files.keys()) if (!wanted.has(key)) await files.delete(key);
  for (const key of wanted) {
    const path = filePath(key);
    await files.put(key, createReadStream(join(folder, path)));
    const meter = new Meter();
    await pipeline(await files.get(key), meter.resume());
    if (meter.part().sha256 !== manifest.parts[path]!.sha256)
      throw new BackupRefused(`The file ${key} is not in storage as it is in the backup.`);
  }
}

function summaryOf({ tables, files }: Manifest): string {
  const audit = tables.find(({ name }) => name === 'analytics.audit_entry')?.rows ?? 0;
  return `${tables.reduce((sum, { rows }) => sum + rows, 0)} rows of ${tables.length} tables, ${audit} of them audit entries, and ${files.length} files`;
}

await runCommand(restore);
