import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as Client } from 'ioredis';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';
import { findProgram } from './program.ts';

const program = findProgram('redis-server', 'valkey-server');

/** Null, or why there can be no server. */
export const missingRedis = program.missing;

/** A Redis server of one's own that keeps nothing; it comes back at the same address. */
export interface Redis {
  port: number;
  url: string;
  /** Runs one command, as an administrator would. */
  run(...words: string[]): Promise<unknown>;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Takes connections and commands, but answers none. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** `settings` as in the configuration file, each of two words. */
export async function startRedis(settings: Record<string, string> = {}): Promise<Redis> {
  const port = await freePort();
  const all = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', ...settings };
  const { server, forget } = redisProcess((directory) => [
    '--dir',
    directory,
    ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
  ]);
  await server.start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    run: (...words) => runCommand(port, words),
    start: () => server.start(),
    kill: () => server.end('SIGKILL'),
    freeze: () => server.signal('SIGSTOP'),
    thaw: () => server.signal('SIGCONT'),
    async stop() {
      server.signal('SIGCONT');
      await server.end('SIGTERM');
      forget();
    },
  };
}

/** The first number of the version. */
export function redisVersion(): number {
  return Number(/v=(\d+)/.exec(execFileSync(program.path!, ['--version'], { encoding: 'utf8' }))?.[1]);
}

/** The program in a directory of its own, which `forget` removes. */
export function redisProcess(
  words: (directory: string) => string[],
  ready = /ready to accept connections/i,
): { server: ServerProcess; forget(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'parley-redis-'));
  return {
    server: new ServerProcess([program.path!, ...words(directory)], ready),
    forget: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export async function runCommand(port: number, [name, ...rest]: string[]): Promise<unknown> {
  const client = new Client({ port, lazyConnect: true, retryStrategy: null, commandTimeout: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(name!, ...rest);
  } finally {
    client.disconnect();
  }
}
