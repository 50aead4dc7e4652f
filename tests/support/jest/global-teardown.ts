import { rmSync } from 'node:fs';
import { runState } from './run-state.ts';

export default async function clean(): Promise<void> {
  await runState.products?.stop();
  rmSync(runState.folder!, { recursive: true, force: true });
}
