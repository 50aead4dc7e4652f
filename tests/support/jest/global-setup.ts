import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARED_PRODUCTS } from '../product-pool/shared-product.ts';
import { TEMPLATE_FOLDER } from '../template.ts';
import { ProductPool } from '../product-pool/product-pool.ts';
import { runState } from './run-state.ts';

export default async function prepare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-test-run-'));
  // Lets PostgreSQL, which runs as another user, reach its data in here.
  chmodSync(folder, 0o711);
  const products = new ProductPool();
  // Jest's workers inherit the environment.
  process.env[TEMPLATE_FOLDER] = join(folder, 'templates');
  mkdirSync(process.env[TEMPLATE_FOLDER]);
  // Puts the temporary files of suites into this folder, so that they are removed with the run.
  process.env['TMPDIR'] = folder;
  process.env[SHARED_PRODUCTS] = await products.listen();
  Object.assign(runState, { folder, products });
  // Jest does not run the tear-down when a signal ends it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      products.kill();
      rmSync(folder, { recursive: true, force: true });
      process.exit(128 + constants.signals[signal]);
    });
  }
}
