import { build } from './build.mjs';
import { runOpenly } from './run.mjs';
import { findNode } from './runtime.mjs';

/** Takes a picture of every screen into `web/screenshots/`; words narrow them to the screens whose name has one. */
export async function main(words) {
  await build();
  return runOpenly(findNode(), ['--enable-source-maps', 'dist/tests/web/screenshots.js', ...words]);
}
