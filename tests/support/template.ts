import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** Names the folder of this test run; the global set-up sets it for every worker. */
export const TEMPLATE_FOLDER = 'PARLEY_TEST_TEMPLATE';

/**
 * Returns a copy of an empty installation, which the first caller of a test run creates, so that the others need not create a database.
 * Outside a test run, returns an empty directory.
 */
export async function freshDataDirectory(install: (directory: string) => Promise<void>): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-test-'));
  const folder = process.env[TEMPLATE_FOLDER];
  if (folder) cpSync(await template(folder, install), directory, { recursive: true });
  return directory;
}

async function template(folder: string, install: (directory: string) => Promise<void>): Promise<string> {
  const ready = join(folder, 'ready');
  if (existsSync(ready)) return ready;
  if (takes(join(folder, 'making'))) {
    const making = join(folder, 'making', 'data');
    mkdirSync(making);
    await install(making);
    renameSync(making, ready);
  }
  await eventually(async () => existsSync(ready), Boolean, 90_000);
  return ready;
}

/** Returns true for the one caller that creates the folder. */
function takes(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
