import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Finds the first of these programs on the PATH, or the reason why there is none. */
export function findProgram(...names: string[]): { path: string; missing: null } | { path: null; missing: string } {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (existsSync(path)) return { path, missing: null };
  }
  return { path: null, missing: `${names.join(' or ')} is not installed` };
}
