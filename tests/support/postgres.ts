import { execFile, execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Certificate } from './tls/authority.ts';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';

/** Where Debian keeps what is not on the PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL server of one's own, with its data in a temporary directory. */
export interface Postgres {
  /** The address of a new and empty database. */
  fresh(): Promise<string>;
  /** The address of a database that is there. */
  urlOf(database: string): string;
  /** The first row that one statement gives. */
  ask<Row>(database: string, sql: string): Promise<Row>;
  /** A folder that the server may read and write. */
  directory: string;
  /** Runs one of PostgreSQL's programs as the user of the server, and gives what it says. */
  run(program: string, args: string[]): Promise<string>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Null, or why there can be no server. `POSTGRES_BIN` names a folder of programs that comes first. */
export function missingPostgres(): string | null {
  if (!programs()) return 'PostgreSQL (initdb and postgres) is not installed';
  return process.getuid?.() === 0 && !servant() ? 'PostgreSQL does not run as root, and there is no user postgres or nobody' : null;
}

/** Null, or why a server would have no pgvector. */
export function missingPgvector(): string | null {
  const bin = programs();
  if (!bin) return missingPostgres();
  const program = join(bin, 'pg_config');
  const folder = existsSync(program) ? execFileSync(program, ['--sharedir'], { encoding: 'utf8' }).trim() : '';
  return folder && existsSync(join(folder, 'extension', 'vector.control'))
    ? null
    : 'there is no pgvector, and WEAVIATE_URL names no server';
}

export interface PostgresOptions {
  /** `name=value` each. */
  settings?: string[];
  /** Data that are there already, of the user of the servers. */
  data?: string;
  /** With one, for localhost, it lets nobody in who comes without TLS. */
  certificate?: Certificate;
}

export async function startPostgres({ settings = [], data: existing, certificate }: PostgresOptions = {}): Promise<Postgres> {
  const bin = programs()!;
  const directory = mkdtempSync(join(tmpdir(), 'parley-postgres-'));
  const user = process.getuid?.() === 0 ? servant() : undefined;
  if (user) chownSync(directory, user.uid, user.gid);
  const options = { ...user, cwd: directory, env: { PATH: process.env['PATH'], HOME: directory } };
  const data = existing ?? join(directory, 'data');
  const run = async (program: string, args: string[]) => (await promisify(execFile)(join(bin, program), args, options)).stdout;
  if (!existing) await run('initdb', ['-D', data, '-U', 'parley', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
  const port = await freePort();
  const secured = certificate ? secure(data, certificate, user) : [];
  const all = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'max_connections=400', ...secured, ...settings];
  const server = new ServerProcess(
    [join(bin, 'postgres'), '-D', data, '-p', String(port), ...all.flatMap((setting) => ['-c', setting])],
    /ready to accept (read-only )?connections/,
    options,
  );
  await server.start();
  let count = 0;
  const urlOf = (database: string) =>
    certificate ? `postgres://parley@localhost:${port}/${database}?sslmode=verify-full` : `postgres://parley@127.0.0.1:${port}/${database}`;
  async function ask<Row>(database: string, sql: string): Promise<Row> {
    const client = new Client({ connectionString: urlOf(database) });
    await client.connect();
    const { rows } = await client.query(sql);
    await client.end();
    return rows[0] as Row;
  }
  return {
    directory,
    run,
    urlOf,
    ask,
    async fresh() {
      const name = `parley_${++count}`;
      await ask('postgres', `create database ${name}`);
      return urlOf(name);
    },
    kill: () => server.killFamily(),
    start: () => server.start(),
    async stop() {
      await server.end('SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The settings; the server reads no key that others could read, too. */
function secure(data: string, { certificate, key }: Certificate, user?: { uid: number; gid: number }): string[] {
  const access = join(data, 'pg_hba.conf');
  writeFileSync(access, readFileSync(access, 'utf8').replaceAll(/^host /gm, 'hostssl '));
  const files = [certificate, key].map((file) => {
    const own = join(data, basename(file));
    copyFileSync(file, own);
    if (user) chownSync(own, user.uid, user.gid);
    return own;
  });
  return ['ssl=on', `ssl_cert_file=${files[0]}`, `ssl_key_file=${files[1]}`];
}

function programs(): string | undefined {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin')) : [];
  const folders = [process.env['POSTGRES_BIN'] ?? '', ...(process.env['PATH'] ?? '').split(delimiter), ...debian.reverse()];
  const folder = folders.find((each) => each && existsSync(join(each, 'initdb')) && existsSync(join(each, 'postgres')));
  // The other programs are where the links point to.
  return folder && dirname(realpathSync(join(folder, 'initdb')));
}

/** A user without rights, under whom a server runs that root has started. */
function servant(): { uid: number; gid: number } | undefined {
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
