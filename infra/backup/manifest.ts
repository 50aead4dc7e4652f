import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { TableContent } from './tables.ts';

/** The contents of a backup. It is written last, so a backup without it is incomplete. */
export interface Manifest {
  format: 1;
  /** Version of the product that made the backup. */
  version: string;
  /** Time of the database snapshot, ISO 8601. */
  createdAt: string;
  /** Version of PostgreSQL. */
  database: string;
  /** Migrations applied to each schema, oldest first; a restore creates the tables with them. */
  migrations: Record<string, string[]>;
  /** Schema version of pg-boss. */
  queue: number;
  tables: (TableContent & { name: string })[];
  /** Sequences by qualified name; `value` is null if never used. */
  sequences: { name: string; value: string | null }[];
  /** Keys of the stored files. */
  files: string[];
  /** Every file of the backup except the manifest, by path. */
  parts: Record<string, Part>;
}

export interface Part {
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

const MANIFEST = 'manifest.json';
const SEAL = 'manifest.sha256';

/** Returns a file name without SQL quotes, which some file systems reject. */
export const tablePath = (name: string) => `tables/${name.replaceAll('"', '')}.jsonl.gz`;
export const filePath = (key: string) => `files/${key}`;
export const SECRET_PATH = 'secret.key';

/** A failure of a backup or restore that is printed without a stack. */
export class BackupRefused extends Error {}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  await writeFile(join(folder, MANIFEST), text, { mode: 0o600 });
  await writeFile(join(folder, SEAL), `${sha256Of(text)}  ${MANIFEST}\n`, { mode: 0o600 });
}

/** Verifies every byte of a backup. Rejects with a list of missing, changed and unexpected files. */
export async function readBackup(folder: string): Promise<Manifest> {
  const seal = await readFile(join(folder, SEAL), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES')
      throw new BackupRefused(`${folder} may not be read by the user that restores it. Make that user its owner.`);
    throw new BackupRefused(`${folder} is no backup, or one that was never finished.`);
  });
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => '');
  if (seal !== `${sha256Of(text)}  ${MANIFEST}\n`) throw new BackupRefused(`The backup is damaged: ${MANIFEST} or ${SEAL} has changed.`);
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.format !== 1)
    throw new BackupRefused(`The backup has the form ${String(manifest.format)}, which this version does not know.`);
  const faults = await faultsOf(folder, manifest);
  if (faults.length > 0) throw new BackupRefused(`The backup is damaged:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  return manifest;
}

async function faultsOf(folder: string, { parts }: Manifest): Promise<string[]> {
  const faults: string[] = [];
  const present = new Set(await filesBelow(folder));
  for (const [path, { bytes, sha256 }] of Object.entries(parts)) {
    if (!present.delete(path)) faults.push(`${path} is missing`);
    else {
      const found = await partOf(join(folder, path));
      if (found.sha256 !== sha256) faults.push(`${path} has changed${found.bytes === bytes ? '' : `: ${found.bytes} bytes, not ${bytes}`}`);
    }
  }
  for (const path of present) if (path !== MANIFEST && path !== SEAL) faults.push(`${path} does not belong to it`);
  return faults;
}

async function partOf(path: string): Promise<Part> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'));
}

export function sha256Of(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
