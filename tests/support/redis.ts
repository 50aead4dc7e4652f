import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis as Client } from 'ioredis';
import type { Certificate } from './tls/authority.ts';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';
import { findProgram } from './program.ts';

const program = findProgram('redis-server', 'valkey-server');

/** Null, or the reason why there can be no server. */
export const missingRedis = program.missing;

/** A temporary Redis server of one test, without persistence; it restarts at the same address. */
export interface Redis {
  port: number;
  url: string;
  /** Runs one Redis command. */
  run(...words: string[]): Promise<unknown>;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Makes the server accept connections and commands, and answer none. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts a server with `settings` of the configuration file. With a certificate it speaks TLS only. */
export async function startRedis(settings: Record<string, string> = {}, certificate?: Certificate): Promise<Redis> {
  const port = await freePort();
  const all = { ...portSettings(port, certificate), bind: '127.0.0.1', save: '', appendonly: 'no', ...settings };
  const { server, forget } = redisProcess((directory) => [
    '--dir',
    directory,
    ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]),
  ]);
  await server.start();
  return {
    port,
    url: certificate ? `rediss://localhost:${port}` : `redis://127.0.0.1:${port}`,
    run: (...words) => runCommand(port, words, certificate),
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

export function portSettings(port: number, certificate?: Certificate): Record<string, string> {
  if (!certificate) return { port: String(port) };
  return {
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': certificate.certificate,
    'tls-key-file': certificate.key,
    'tls-ca-cert-file': certificate.authority,
    'tls-auth-clients': 'no',
    // Nodes of a group use TLS among each other, too.
    'tls-replication': 'yes',
    'tls-cluster': 'yes',
  };
}

/** Null, or the reason why the server does not support TLS. */
export function missingRedisTls(): string | null {
  if (missingRedis) return missingRedis;
  // The process ends in both cases, since its settings are incomplete.
  const { stdout, stderr } = spawnSync(program.path!, ['--port', '0', '--tls-port', '1'], { encoding: 'utf8' });
  return /CONFIG FILE ERROR/.test(stdout + stderr) ? 'redis-server was built without TLS' : null;
}

/** Returns the major version. */
export function redisVersion(): number {
  return Number(/v=(\d+)/.exec(execFileSync(program.path!, ['--version'], { encoding: 'utf8' }))?.[1]);
}

/** Describes the server process in a temporary directory, which `forget` removes. */
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

export async function runCommand(port: number, [name, ...rest]: string[], certificate?: Certificate): Promise<unknown> {
  const tls = certificate ? { tls: { ca: readFileSync(certificate.authority) } } : {};
  const client = new Client({ port, host: '127.0.0.1', ...tls, lazyConnect: true, retryStrategy: null, commandTimeout: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.call(name!, ...rest);
  } finally {
    client.disconnect();
  }
}
