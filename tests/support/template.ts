import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** Names the folder of this test run; set for every worker by the global set-up. */
export const TEMPLATE_FOLDER = 'PARLEY_TEST_TEMPLATE';

/**
 * A fresh data directory: a copy of an empty installation that the first who needs one in this test run makes, which
 * saves everybody else making a database. Outside a test run, simply an empty directory.
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

/** True for the one who makes the folder. */
function takes(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
