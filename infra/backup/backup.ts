import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SUBGRAPH_NAMES } from '../../schema/subgraphs.ts';
import type { Config } from '../config.ts';
import type { Session } from '../database/database.ts';
import type { Files } from '../files/files.ts';
import { openFiles } from '../compose/process-services.ts';
import type { Log } from '../log.ts';
import { runCommand } from './command.ts';
import { Digest } from './digest.ts';
import { BackupRefused, filePath, SECRET_PATH, tablePath, writeManifest, type Manifest, type Part } from './manifest.ts';
import { openForReading, readSettings, SCHEMAS } from './store.ts';
import { packed, writePart } from './streams.ts';
import { inTransaction, readRows, tablesOf, type Table, type TableContent } from './tables.ts';

type Parts = Record<string, Part>;

/** `npm run backup -- <folder>`: backs up everything that cannot be rebuilt, to a new or empty folder. */
async function backup([given]: string[]): Promise<string> {
  if (!given) throw new BackupRefused('Say where to: npm run backup -- <folder>');
  const folder = resolve(given);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw new BackupRefused(`${folder} is not empty.`);
  const { config, log } = readSettings();
  const manifest = await make(folder, config, log).catch(async (error: unknown) => {
    // An incomplete backup could be mistaken for a complete one.
    await rm(folder, { recursive: true, force: true });
    throw error;
  });
  await writeManifest(folder, manifest);
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const bytes = Object.values(manifest.parts).reduce((sum, part) => sum + part.bytes, 0);
  return `${folder} holds ${rows} rows of ${manifest.tables.length} tables and ${manifest.files.length} files, ${megabytes(bytes)} MB.`;
}

async function make(folder: string, config: Config, log: Log): Promise<Manifest> {
  const files = await openFiles(config, log);
  const parts: Parts = {};
  // Before the database snapshot, because a file may be deleted after it, and again afterwards, because one may be added before it.
  await copyFiles(folder, files, parts);
  const { database, close } = await openForReading(config, log);
  let described;
  try {
    const session = await database.session();
    described = await inTransaction(session, 'read only', () => copyDatabase(folder, session, parts));
    await session.close();
  } finally {
    await close();
  }
  await copyFiles(folder, files, parts);
  if (!config.SECRET_KEY) await copySecret(folder, config, parts);
  const { version } = JSON.parse(readFileSync(resolve('package.json'), 'utf8')) as { version: string };
  const keys = Object.keys(parts)
    .filter((path) => path.startsWith(filePath('')))
    .map((path) => path.slice(filePath('').length));
  return { format: 1, version, ...described, files: keys, parts };
}

async function copyDatabase(folder: string, session: Session, parts: Parts) {
  const [about] = await session.query<{ at: string; database: string }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, 'PostgreSQL ' || current_setting('server_version') as database`,
  );
  const tables: Manifest['tables'] = [];
  for (const table of await tablesOf(session, SCHEMAS)) {
    const content = await copyTable(folder, session, table, parts);
    tables.push({ name: table.name, ...content });
  }
  if (!tables.some(({ name }) => name === 'queue.version')) throw new BackupRefused('There is nothing to back up: the database is empty.');
  const [queue] = await session.query<{ version: number }>('select version from queue.version');
  const migrations: Manifest['migrations'] = {};
  for (const subgraph of SUBGRAPH_NAMES) {
    const applied = await session.query<{ name: string }>(`select name from ${subgraph}.migration order by id`);
    migrations[subgraph] = applied.map(({ name }) => name);
  }
  const sequences = await session.query<Manifest['sequences'][number]>(
    `select format('%I.%I', schemaname, sequencename) as name, last_value::text as value from pg_sequences where schemaname = any($1::text[])`,
    [SCHEMAS],
  );
  return { createdAt: about!.at, database: about!.database, migrations, queue: queue!.version, tables, sequences };
}

async function copyTable(folder: string, session: Session, table: Table, parts: Parts): Promise<TableContent> {
  const digest = new Digest();
  let rows = 0;
  async function* counted() {
    for await (const lines of readRows(session, table)) {
      lines.forEach((line) => digest.add(line));
      rows += lines.length;
      yield lines;
    }
  }
  const path = tablePath(table.name);
  parts[path] = await writePart(join(folder, path), packed(counted()));
  return { rows, digest: digest.toString() };
}

/** Copies missing files only, since the content of a key never changes. */
async function copyFiles(folder: string, files: Files, parts: Parts): Promise<void> {
  for await (const key of files.keys()) {
    const path = filePath(key);
    if (parts[path]) continue;
    try {
      parts[path] = await writePart(join(folder, path), await files.get(key));
    } catch (error) {
      // Deleted or moved after it was listed.
      if (await files.exists(key)) throw error;
    }
  }
}

/** Copies the generated secret, without which signed and encrypted data is unusable. */
async function copySecret(folder: string, config: Config, parts: Parts): Promise<void> {
  const own = join(config.DATA_DIR, SECRET_PATH);
  if (existsSync(own)) parts[SECRET_PATH] = await writePart(join(folder, SECRET_PATH), createReadStream(own));
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

await runCommand(backup);
