import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Serves snapshots of a locked data directory to other processes, which cannot open it themselves. Clients connect to a
 * socket in the directory that only its owner may use, receive the folder of a snapshot, and delete it after use.
 */
export async function serveSnapshots(directory: string, copyTo: (folder: string) => Promise<void>): Promise<() => void> {
  const snapshots = join(directory, '.copies');
  await rm(snapshots, { recursive: true, force: true });
  const takeSnapshot = async () => {
    const folder = join(snapshots, randomUUID());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyTo(folder);
    return { folder };
  };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    takeSnapshot().then(
      (snapshot) => socket.end(JSON.stringify(snapshot)),
      (error: Error) => socket.end(JSON.stringify({ reason: error.message })),
    );
  });
  const address = addressOf(directory);
  // A killed process leaves its socket behind. Windows keeps no file for a pipe.
  if (process.platform !== 'win32') await rm(address, { force: true });
  server.listen(address);
  await once(server, 'listening');
  if (process.platform !== 'win32') await chmod(address, 0o600);
  return () => server.close();
}

/** Returns the folder of a snapshot taken by the process that holds the directory. Rejects if that process fails to take one. */
export async function requestSnapshot(directory: string): Promise<string> {
  const socket = connect(addressOf(directory));
  await once(socket, 'connect');
  const { folder, reason } = JSON.parse(await text(socket)) as { folder?: string; reason?: string };
  if (!folder) throw new Error(`the process that uses ${directory} could not copy it: ${reason}`);
  return folder;
}

function addressOf(directory: string): string {
  if (process.platform !== 'win32') return join(directory, 'parley.sock');
  return `\\\\.\\pipe\\parley-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
}
