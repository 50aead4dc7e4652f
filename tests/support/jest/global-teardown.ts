import { rmSync } from 'node:fs';
import { wholeRun } from './whole-run.ts';

export default async function clean(): Promise<void> {
  await wholeRun.products?.stop();
  rmSync(wholeRun.folder!, { recursive: true, force: true });
}
