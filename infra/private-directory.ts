import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Log } from './log.ts';

/** Files and folders that the process makes are its owner's alone, in threads and by libraries, too. */
export const PRIVATE_UMASK = 0o077;
/** What the product writes into its data directory. Anything else there belongs to somebody else. */
const OWN = ['postgres', 'files', '.copies', 'secret.key', 'parley.pid', 'parley.sock'];
/** A start does not wait longer: the closed directory above keeps others out while the rest is done. */
const START_WAITS_MS = 1_500;
const AT_ONCE = 64;
const OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Takes every right of other accounts from what an earlier version, a copy or a restore left in the data directory.
 * Resolves when all is done, or when it takes too long, and then it goes on.
 */
export async function closeDirectory(directory: string, log: Log): Promise<void> {
  if (process.platform === 'win32') return;
  const top = await stat(directory).catch(() => undefined);
  if (!top) return;
  const refused: string[] = [];
  // A folder such as /tmp is everybody's: closing it would stop other programs.
  if (top.mode & STICKY || dirname(directory) === directory) {
    log.warn({ directory }, 'the data directory is shared with others; a folder of its own would be closed to them');
  } else {
    await close(directory, top.mode, refused);
  }
  const everything = closeTrees(
    OWN.map((name) => join(directory, name)),
    refused,
  ).then(() => {
    if (refused.length > 0)
      log.warn(
        { count: refused.length, first: refused[0] },
        'files of the data directory belong to another account and keep their permissions',
      );
  });
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([everything, new Promise<void>((resolve) => (timer = setTimeout(resolve, START_WAITS_MS)))]);
  clearTimeout(timer);
}

/** The paths and what is below them; links are left alone, for what they name is elsewhere. */
async function closeTrees(paths: string[], refused: string[]): Promise<void> {
  const open = [...paths];
  while (open.length > 0) {
    const below = await Promise.all(open.splice(-AT_ONCE).map((path) => closeOne(path, refused)));
    open.push(...below.flat());
  }
}

/** Gives what is in it, if it is a folder. Files come and go while the product runs. */
async function closeOne(path: string, refused: string[]): Promise<string[]> {
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isSymbolicLink()) return [];
  await close(path, found.mode, refused);
  if (!found.isDirectory()) return [];
  return (await readdir(path).catch(() => [])).map((name) => join(path, name));
}

async function close(path: string, mode: number, refused: string[]): Promise<void> {
  if (!(mode & OTHERS)) return;
  await chmod(path, mode & 0o7700).catch(({ code }: NodeJS.ErrnoException) => {
    if (code !== 'ENOENT') refused.push(path);
  });
}
