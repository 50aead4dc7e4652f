import { build } from './build.mjs';
import { runOpenly } from './run.mjs';
import { findNode } from './runtime.mjs';

/** Backs up what the settings name into a folder. */
export async function main(args) {
  await build({ web: false });
  return runOpenly(findNode(), ['--enable-source-maps', 'dist/infra/backup/backup.js', ...args]);
}
