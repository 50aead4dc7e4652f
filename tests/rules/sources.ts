import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const ROOMS = ['schema', 'infra', 'subgraphs', 'gateway', 'tests', 'web/src', 'web/static'];
const NOT_OURS = /node_modules|web\/src\/lib\/graph\/schema\.d\.ts/;

/** Every file of the house that a person wrote, relative to the root. */
export const FILES: string[] = ROOMS.filter((room) => existsSync(room))
  .flatMap((room) => readdirSync(room, { recursive: true, withFileTypes: true }))
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
  /** A path from the root where it is one of ours, otherwise the specifier as it stands. */
  target: string;
  ours: boolean;
}

const STATEMENT =
  /^\s*(?:import|export)\s[^;'"]*?from\s+['"]([^'"\n]+)['"]|^\s*import\s+['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm;

/** Every import of a file, of types too: a wall is a wall. */
export function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(STATEMENT)].map((match) => resolved(file, (match[1] ?? match[2] ?? match[3])!));
}

function resolved(file: string, specifier: string): Import {
  if (specifier.startsWith('.')) return { file, target: normalize(join(dirname(file), specifier)), ours: true };
  if (specifier.startsWith('#lib/')) return { file, target: specifier.replace('#lib/', 'web/src/lib/'), ours: true };
  return { file, target: specifier, ours: false };
}

/** `@scope/name/deep` and `name/deep` are `@scope/name` and `name`. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
