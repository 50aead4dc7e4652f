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
  const prepared = await preparedOnce('installation', install);
  if (prepared) cpSync(prepared, directory, { recursive: true });
  return directory;
}

/**
 * Gives the directory of this name that the first caller in the test run fills with `make`; the others wait for it and
 * copy from it. Null outside a test run.
 */
export async function preparedOnce(name: string, make: (directory: string) => Promise<void>): Promise<string | null> {
  const folder = process.env[TEMPLATE_FOLDER];
  if (!folder) return null;
  const ready = join(folder, name);
  if (existsSync(ready)) return ready;
  if (creates(join(folder, `${name}-making`))) {
    const making = join(folder, `${name}-making`, 'data');
    mkdirSync(making);
    await make(making);
    renameSync(making, ready);
  }
  await eventually(async () => existsSync(ready), Boolean, 90_000);
  return ready;
}

/** Returns true to the one caller that has created the folder. */
function creates(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
