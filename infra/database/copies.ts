import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * Whoever holds a data directory makes copies of it for others, who may not open it themselves. They ask through a
 * socket in the directory that only its owner may use; the answer is the folder of a copy that the asker removes.
 */
export async function offerCopies(directory: string, copyTo: (folder: string) => Promise<void>): Promise<() => void> {
  const copies = join(directory, '.copies');
  await rm(copies, { recursive: true, force: true });
  const answer = async () => {
    const folder = join(copies, randomUUID());
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await copyTo(folder);
    return { folder };
  };
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    answer().then(
      (made) => socket.end(JSON.stringify(made)),
      (error: Error) => socket.end(JSON.stringify({ reason: error.message })),
    );
  });
  const address = addressOf(directory);
  // A killed process leaves its own behind. Windows keeps no file for it.
  if (process.platform !== 'win32') await rm(address, { force: true });
  server.listen(address);
  await once(server, 'listening');
  if (process.platform !== 'win32') await chmod(address, 0o600);
  return () => server.close();
}

/** The folder of a copy made by the process that holds the directory. Rejects when that process makes none. */
export async function requestCopy(directory: string): Promise<string> {
  const socket = connect(addressOf(directory));
  await once(socket, 'connect');
  const { folder, reason } = JSON.parse(await text(socket)) as { folder?: string; reason?: string };
  if (!folder) throw new Error(`the process that uses ${directory} made no copy of it: ${reason}`);
  return folder;
}

function addressOf(directory: string): string {
  if (process.platform !== 'win32') return join(directory, 'parley.sock');
  return `\\\\.\\pipe\\parley-${createHash('sha256').update(directory).digest('hex').slice(0, 16)}`;
}
