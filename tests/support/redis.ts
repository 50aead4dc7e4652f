import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';
import { findProgram } from './program.ts';

const program = findProgram('redis-server', 'valkey-server');

/** Null, or why there can be no server. */
export const missingRedis = program.missing;

/** A Redis server of one's own that keeps nothing; it comes back at the same address. */
export interface Redis {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Takes connections and commands, but answers none. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<Redis> {
  const directory = mkdtempSync(join(tmpdir(), 'parley-redis-'));
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
  const server = new ServerProcess([program.path!, ...settings], /ready to accept connections/i);
  await server.start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start: () => server.start(),
    kill: () => server.end('SIGKILL'),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async stop() {
      server.signal('SIGCONT');
      await server.end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
