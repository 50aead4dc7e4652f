import { build } from './build.mjs';
import { runOpenly } from './run.mjs';
import { findNode } from './runtime.mjs';

/** Runs the product, or the roles that are named; ends with its exit code. */
export async function main(roles) {
  await build();
  return runOpenly(findNode(), ['--enable-source-maps', 'dist/infra/start.js', ...roles]);
}
