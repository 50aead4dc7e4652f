import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { TableContent } from './tables.ts';

/** What a backup holds; written last, so that one without it is not complete. */
export interface Manifest {
  format: 1;
  /** Of the product that made it. */
  version: string;
  /** ISO 8601; the database is as it was then. */
  createdAt: string;
  /** In PostgreSQL's own words. */
  database: string;
  /** Applied to each schema, oldest first: a restore makes the tables by the same ones. */
  migrations: Record<string, string[]>;
  /** The version of pg-boss's tables. */
  queue: number;
  tables: (TableContent & { name: string })[];
  /** Schema-qualified; `value` is null when it was never used. */
  sequences: { name: string; value: string | null }[];
  /** Keys of the stored files. */
  files: string[];
  /** Every file of the backup but the manifest, by its path. */
  parts: Record<string, Part>;
}

export interface Part {
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

const MANIFEST = 'manifest.json';
const SEAL = 'manifest.sha256';

/** Without the quotes of SQL, which not every disk takes. */
export const tablePath = (name: string) => `tables/${name.replaceAll('"', '')}.jsonl.gz`;
export const filePath = (key: string) => `files/${key}`;
export const SECRET_PATH = 'secret.key';

/** What stops a backup or a restore and is told in words, without a stack. */
export class BackupRefused extends Error {}

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  await writeFile(join(folder, MANIFEST), text, { mode: 0o600 });
  await writeFile(join(folder, SEAL), `${sha256Of(text)}  ${MANIFEST}\n`, { mode: 0o600 });
}

/** Reads every byte of a backup. Rejects with a list of what is missing, changed or does not belong there. */
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
