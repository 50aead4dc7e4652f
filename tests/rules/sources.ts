import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownTarget } from './boundaries.ts';

const FOLDERS = ['schema', 'infra', 'subgraphs', 'gateway', 'tests', 'web/src', 'web/static'];
const NOT_OURS = /node_modules|web\/src\/lib\/graph\/schema\.d\.ts/;

/** Every file that is not generated, relative to the root. */
export const FILES: string[] = FOLDERS.filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .concat(
    readdirSync('web')
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `web/${file}`),
  )
  .filter((file) => !NOT_OURS.test(file))
  .sort();

export const SOURCES: string[] = FILES.filter((file) => /\.(ts|svelte|mjs)$/.test(file));

export interface Import {
  file: string;
  /** A path from the root for a file of this repository, otherwise the specifier unchanged. */
  target: string;
  ours: boolean;
}

const STATEMENT =
  /^\s*(?:import|export)\s[^;'"]*?from\s+['"]([^'"\n]+)['"]|^\s*import\s+['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm;

/** Returns every import of a file, also of types. */
export function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(STATEMENT)].map((match) => resolved(file, (match[1] ?? match[2] ?? match[3])!));
}

function resolved(file: string, specifier: string): Import {
  const target = ownTarget(file, specifier);
  return { file, target: target ?? specifier, ours: target !== null };
}
