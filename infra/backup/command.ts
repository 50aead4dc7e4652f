import { ConfigError } from '../config.ts';
import { DirectoryInUse } from '../database/lock.ts';
import { PRIVATE_UMASK } from '../private-directory.ts';
import { BackupRefused } from './manifest.ts';

/** Runs a command and prints its result or failure in one line. */
export async function runCommand(command: (args: string[]) => Promise<string>): Promise<never> {
  process.umask(PRIVATE_UMASK);
  const began = Date.now();
  try {
    const done = await command(process.argv.slice(2));
    process.stdout.write(`${done} It took ${((Date.now() - began) / 1000).toFixed(1)} s.\n`);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof BackupRefused || error instanceof ConfigError || error instanceof DirectoryInUse)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
