import { build } from './build.mjs';
import { runOpenly } from './run.mjs';
import { findNode } from './runtime.mjs';

/** The two programs that write what stands in `schema/`; both only compare when asked to `--check`. */
export const WRITERS = ['dist/subgraphs/print.js', 'dist/gateway/compose.js', 'dist/infra/print-readme.js'];

/** Prints the subgraphs' SDL, composes it, and prints the tables of `schema/README.md`, `infra/README.md` and `ARCHITECTURE.md`. */
export async function main(args) {
  await build({ web: false });
  for (const writer of WRITERS) {
    const code = await runOpenly(findNode(), ['--enable-source-maps', writer, ...args]);
    if (code !== 0) return code;
  }
  return 0;
}
