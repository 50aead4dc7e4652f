import { rmSync } from 'node:fs';
import { runState } from './run-state.ts';

export default async function clean(): Promise<void> {
  await runState.products?.stop();
  // A process that a failed test has left may still be writing.
  rmSync(runState.folder!, { recursive: true, force: true, maxRetries: 5 });
}
