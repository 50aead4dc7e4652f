import { build } from './build.mjs';
import { runOpenly } from './run.mjs';
import { findNode } from './runtime.mjs';

/** Puts a backup back to where the settings say, or only looks at it with `--check`. */
export async function main(args) {
  await build({ web: false });
  return runOpenly(findNode(), ['--enable-source-maps', 'dist/infra/backup/restore.js', ...args]);
}
