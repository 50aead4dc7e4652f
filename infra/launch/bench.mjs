import { build } from './build.mjs';
import { filesBelow } from './checkout.mjs';
import { runOpenly } from './run.mjs';
import { findNode } from './runtime.mjs';

/** Runs the measurements of `tests/bench/`: all of them, or the named one with its own arguments. */
export async function main([wanted, ...args]) {
  await build();
  const names = filesBelow('tests/bench').flatMap((file) => /([\w-]+)\.bench\.ts$/.exec(file)?.[1] ?? []);
  let worst = 0;
  for (const name of names.filter((name) => !wanted || name === wanted)) {
    process.stdout.write(`\n${name}\n`);
    worst = Math.max(worst, await runOpenly(findNode(), ['--enable-source-maps', `dist/tests/bench/${name}.bench.js`, ...args]));
  }
  return worst;
}
