import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withTimeout } from './async/timeout.ts';
import type { Log } from './log.ts';

/** Makes files created by the process, its threads and libraries accessible to their owner only. */
export const PRIVATE_UMASK = 0o077;
/** Entries of the data directory that the product creates. Others are not touched. */
const OWN = ['postgres', 'files', '.copies', 'secret.key', 'parley.pid', 'parley.sock'];
/** Longest wait at start: the closed top directory already denies access while the rest is processed. */
const MAX_WAIT_MS = 1_500;
const CONCURRENCY = 64;
const OTHERS = 0o077;
const STICKY = 0o1000;

/**
 * Revokes permissions of other accounts on the data directory, which an earlier version, a copy or a restore may have
 * left. Resolves when done or after `MAX_WAIT_MS`, and then continues in the background.
 */
export async function closeDirectory(directory: string, log: Log): Promise<void> {
  if (process.platform === 'win32') return;
  const top = await stat(directory).catch(() => undefined);
  if (!top) return;
  const refused: string[] = [];
  // A folder such as /tmp is shared: revoking permissions would break other programs.
  if (top.mode & STICKY || dirname(directory) === directory) {
    log.warn({ directory }, 'the data directory is shared with other accounts; use a separate folder to keep it private');
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
        'files in the data directory belong to another account and keep their permissions',
      );
  });
  await withTimeout(everything, MAX_WAIT_MS, undefined);
}

/** Processes the paths recursively. Symbolic links are skipped, since their targets are outside. */
async function closeTrees(paths: string[], refused: string[]): Promise<void> {
  const open = [...paths];
  while (open.length > 0) {
    const below = await Promise.all(open.splice(-CONCURRENCY).map((path) => closeOne(path, refused)));
    open.push(...below.flat());
  }
}

/** Returns the entries of a folder, to be processed next. Files may disappear meanwhile. */
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
