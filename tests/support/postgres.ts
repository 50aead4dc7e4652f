import { execFile, execFileSync } from 'node:child_process';
import {
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Certificate } from './tls/authority.ts';
import { freePort } from './free-port.ts';
import { ServerProcess } from './server-process.ts';
import { preparedOnce } from './template.ts';

const INITDB = ['-U', 'parley', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
/** Debian installs programs here that are not on the PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** A temporary PostgreSQL server of one test, with its data in a temporary directory. */
export interface Postgres {
  /** Creates an empty database and returns its address. */
  fresh(): Promise<string>;
  /** Returns the address of an existing database. */
  urlOf(database: string): string;
  /** Returns the first row of a statement. */
  ask<Row>(database: string, sql: string): Promise<Row>;
  /** A folder that the server may read and write. */
  directory: string;
  /** Runs one of PostgreSQL's programs as the user of the server, and returns its output. */
  run(program: string, args: string[]): Promise<string>;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Null, or the reason why there can be no server. `POSTGRES_BIN` names a folder of programs that comes first. */
export function missingPostgres(): string | null {
  if (!programs()) return 'PostgreSQL (initdb and postgres) is not installed';
  return process.getuid?.() === 0 && !servant() ? 'PostgreSQL does not run as root, and there is no user postgres or nobody' : null;
}

/** Null, or the reason why a server would have no pgvector. */
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
  /** Lines of the form `name=value`. */
  settings?: string[];
  /** A data directory that exists already, owned by the user of the servers. */
  data?: string;
  /** The server accepts only TLS connections, with this certificate for localhost. */
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
  if (!existing) await makeCluster(data, () => run('initdb', ['-D', data, ...INITDB]));
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
    kill: () => server.killTree(),
    start: () => server.start(),
    async stop() {
      await server.end('SIGINT');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Fills the data directory with a copy of the cluster that the first server of this test run made: `initdb` costs a second. */
async function makeCluster(data: string, initdb: () => Promise<unknown>): Promise<void> {
  // Only cp keeps the owner, who is not the one that runs the tests when these run as root.
  const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', `${from}/.`, to]);
  const prepared = await preparedOnce('postgres', async (into) => {
    await initdb();
    await copy(data, into);
  });
  if (existsSync(data)) return;
  if (!prepared) await initdb();
  else {
    mkdirSync(data);
    await copy(prepared, data);
  }
}

/** Returns the TLS settings; the server refuses a key file that other users can read. */
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
  // The link points to the folder of the other programs.
  return folder && dirname(realpathSync(join(folder, 'initdb')));
}

/** Returns an unprivileged user for servers that root starts: PostgreSQL refuses to run as root. */
function servant(): { uid: number; gid: number } | undefined {
  for (const name of ['postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}
