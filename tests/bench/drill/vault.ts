import { execFile } from 'node:child_process';
import { chmodSync, createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { readConfig } from '../../../infra/config.ts';
import { openLog } from '../../../infra/log.ts';
import { openFiles } from '../../../infra/compose/process-services.ts';
import { archiveSettings } from '../../support/deployment/archive.ts';
import { eventually } from '../../support/eventually.ts';
import { startPostgres, type PostgresOptions } from '../../support/postgres.ts';
import type { Site } from './site.ts';

/** Storage on another machine that survives: the backup, base backups, and the archived log. */
export class Vault {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parley-vault-'));
  readonly backup = join(this.#folder, 'backup');
  readonly base = join(this.#folder, 'base');
  readonly #archive = join(this.#folder, 'archive');
  #copies = 0;

  constructor() {
    mkdirSync(this.#archive);
    // The server writes here under a different user.
    for (const folder of [this.#folder, this.#archive]) chmodSync(folder, 0o777);
  }

  /** The options of a server that archives here. */
  get archiving(): PostgresOptions {
    return { settings: archiveSettings(this.#archive) };
  }

  /** Makes and verifies a base backup as infra/deploy/postgres/base-backup.sh does. */
  async makeBase({ deployment: { postgres, settings } }: Site): Promise<void> {
    const { port } = new URL(settings['DATABASE_URL']!);
    const server = ['-h', '127.0.0.1', '-p', port, '-U', 'parley'];
    await postgres.run('pg_basebackup', [...server, '-D', this.base, '-X', 'none', '--checkpoint=fast']);
    await postgres.run('pg_verifybackup', ['--no-parse-wal', this.base]);
  }

  /** Copies the base backup with the settings to recover to a moment, or to the end of the log. */
  async copyBase(moment?: Date): Promise<PostgresOptions> {
    const data = join(this.#folder, `data-${++this.#copies}`);
    await promisify(execFile)('cp', ['-a', this.base, data]);
    writeFileSync(join(data, 'recovery.signal'), '');
    // PostgreSQL accepts no other form of UTC here.
    const time = moment?.toISOString().replace('Z', '+00');
    const target = time ? [`recovery_target_time=${time}`, 'recovery_target_action=promote'] : [];
    return { data, settings: [`restore_command=gunzip -c ${this.#archive}/%f.gz > %p`, ...target] };
  }

  /** The arrival time of each segment, the newest last, in milliseconds since 1970. */
  arrivals(): number[] {
    const segments = readdirSync(this.#archive).filter((name) => /^[0-9A-F]{24}\.gz$/.test(name));
    return segments.map((name) => statSync(join(this.#archive, name)).mtimeMs).toSorted((a, b) => a - b);
  }

  sizeOf(part: 'backup' | 'base' | 'archive'): string {
    const folder = join(this.#folder, part);
    return megabytes(filesBelow(folder).reduce((sum, file) => sum + statSync(file).size, 0));
  }

  /** Restores only the files of the backup into a bucket, for a database that was recovered separately. Returns their number. */
  async putFiles(site: Site): Promise<number> {
    const files = await openFiles(readConfig(site.deployment.settings), openLog('error'));
    const kept = filesBelow(join(this.backup, 'files'));
    for (const file of kept) await files.put(relative(join(this.backup, 'files'), file), createReadStream(file));
    return kept.length;
  }

  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts a server alone on recovered data, for one query. */
export async function lookAt<Row>(options: PostgresOptions, database: string, sql: string): Promise<Row> {
  const postgres = await startPostgres(options);
  try {
    await isRecovered((question) => postgres.ask(database, question));
    return await postgres.ask<Row>(database, sql);
  } finally {
    await postgres.stop();
  }
}

export async function isRecovered(ask: (sql: string) => Promise<unknown>): Promise<void> {
  const isRecovering = async () => (await ask('select pg_is_in_recovery() as recovering')) as { recovering: boolean };
  await eventually(isRecovering, ({ recovering }) => !recovering, 300_000);
}

export function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
