import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { SUBGRAPH_NAMES, type SubgraphName } from '../schema/subgraphs.ts';
import { readRedisAddress } from './redis/address.ts';

/** One setting. `read` parses its text and throws an Error that describes the fault. */
interface Setting<T> {
  fallback: string;
  about: string;
  read(text: string): T;
  /** Required in production, where the embedded adapters must not be used. */
  inProduction?: 'required';
}

function setting<T>(fallback: string, about: string, read: (text: string) => T, more: Pick<Setting<T>, 'inProduction'> = {}): Setting<T> {
  return { fallback, about, read, ...more };
}

const required = { inProduction: 'required' } as const;

/** Addresses of the subgraphs (`USERS_URL` …), for roles that run in other processes. Replicas are separated by commas. */
const SUBGRAPH_URLS = Object.fromEntries(SUBGRAPH_NAMES.map((name) => [`${name.toUpperCase()}_URL`, subgraphUrl(name)])) as Record<
  `${Uppercase<SubgraphName>}_URL`,
  Setting<string[]>
>;

function subgraphUrl(name: string): Setting<string[]> {
  const read = url('http:', 'https:');
  return setting('', `Comma-separated addresses of the ${name} subgraph's replicas; for roles that run in other processes.`, (value) =>
    list(value).map(read),
  );
}

/** Every setting of the product, all optional outside production. The table in README.md is printed from this list. */
export const SETTINGS = {
  PORT: setting('4000', 'Port to listen on; 0 selects a free one.', integer(0, 65535)),
  HOST: setting('127.0.0.1', 'Address to listen on.', text),
  PUBLIC_URL: setting('', 'Address at which browsers reach the product; `http://HOST:PORT` when empty.', optional(url('http:', 'https:'))),
  DATA_DIR: setting('./data', 'Directory of the embedded database and the files.', (value) => resolve(value)),
  SECRET_KEY: setting(
    '',
    'At least 32 characters; every key is derived from it. Generated and stored in DATA_DIR when empty.',
    optional(secret),
    required,
  ),
  NODE_ENV: setting(
    'development',
    'production refuses to start without DATABASE_URL, REDIS_URL and SECRET_KEY.',
    oneOf('production', 'development', 'test'),
  ),
  DATABASE_URL: setting(
    '',
    'PostgreSQL server, `postgres://user:password@host/database`, with `?sslmode=verify-full` for TLS; PGlite in DATA_DIR when empty.',
    optional(postgres),
    required,
  ),
  DATABASE_REPLICA_URL: setting(
    '',
    'Comma-separated read-only replicas of DATABASE_URL, for searches and reports that may be slightly stale.',
    (value) => list(value).map(postgres),
  ),
  REDIS_URL: setting(
    '',
    'Redis, for live messages, rate limits and the cache; in memory when empty. A server `redis://user:password@host:6379/db`, ' +
      'Sentinels `redis+sentinel://:password@host:26379,host2:26379/master/db`, or a cluster `redis+cluster://:password@host:6379,host2:6379`; `rediss` for TLS.',
    optional(redis),
    required,
  ),
  VECTOR_DATABASE_URL: setting(
    '',
    'PostgreSQL server with pgvector, if DATABASE_URL has no pgvector and Weaviate is not used.',
    optional(postgres),
  ),
  WEAVIATE_URL: setting('', 'Weaviate server, `http://host:8080`; pgvector in the database when empty.', optional(url('http:', 'https:'))),
  WEAVIATE_GRPC_PORT: setting('50051', 'gRPC port of the Weaviate server, on the same host.', integer(1, 65535)),
  WEAVIATE_API_KEY: setting('', 'API key of the Weaviate server, if it requires one.', optional(text)),
  S3_BUCKET: setting('', 'Existing S3 bucket for the files; DATA_DIR when empty.', optional(text)),
  S3_ENDPOINT: setting('', 'Address of the S3 server; AWS when empty.', optional(url('http:', 'https:'))),
  S3_REGION: setting('us-east-1', 'Region of the bucket.', text),
  S3_ACCESS_KEY_ID: setting(
    '',
    "Access key of the bucket; the AWS SDK's default credentials, such as an instance role, when empty.",
    optional(text),
  ),
  S3_SECRET_ACCESS_KEY: setting('', 'Secret of that access key.', optional(text)),
  S3_PATH_STYLE: setting(
    '',
    'on or off: whether the bucket is in the path instead of the host name; on with S3_ENDPOINT when empty.',
    optional(oneOf('on', 'off')),
  ),
  OPENAI_API_KEY: setting('', 'API key of the OpenAI-compatible endpoint.', optional(text)),
  OPENAI_BASE_URL: setting(
    '',
    "Base URL of the OpenAI-compatible endpoint; OpenAI's when only a key is set.",
    optional(url('http:', 'https:')),
  ),
  OPENAI_MODEL: setting('', 'Default model; the first one that the endpoint lists when empty.', optional(text)),
  EMBEDDING_MODEL: setting('', 'Embedding model of the endpoint; built-in letter n-grams when empty.', optional(text)),
  LOG_LEVEL: setting('info', 'trace, debug, info, warn, error or silent.', oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent')),
  MAX_UPLOAD_MB: setting('50', 'Maximum file size of a document, in megabytes.', integer(1, 2000)),
  OCR: setting(
    'on',
    'on or off: whether the English text of scanned pages is recognised; needs the optional packages tesseract.js-core and @tesseract.js-data/eng.',
    oneOf('on', 'off'),
  ),
  INTROSPECTION: setting('signed-in', 'Who may introspect the graph: signed-in, admin or off.', oneOf('signed-in', 'admin', 'off')),
  SIGN_INS_PER_MINUTE: setting(
    '20',
    'Sign-in attempts per minute and IP address; half as many per account, and half as many sign-ups.',
    integer(2, 1_000_000),
  ),
  SIGN_UP: setting(
    'open',
    'Who may create an account: open, invited (by an administrator) or closed. The first account can always be created.',
    oneOf('open', 'invited', 'closed'),
  ),
  SIGN_UP_DOMAINS: setting('', 'Comma-separated e-mail domains that may sign up without an invitation; all when empty.', (value) =>
    list(value.toLowerCase()).map((domain) => domain.replace(/^@/, '')),
  ),
  QUERY_PLANNER: setting('hive', 'hive (native) or apollo (JavaScript).', oneOf('hive', 'apollo')),
  RUNS_PER_WORKER: setting('400', 'Concurrent runs per process; further ones wait.', integer(1, 10_000)),
  RUNS_PER_PERSON: setting('50', 'Concurrent runs per user, at most half of RUNS_PER_WORKER; further ones wait.', integer(1, 10_000)),
  RUNS_WAITING_PER_PERSON: setting(
    '200',
    'Waiting and active runs per user; further messages are rejected until one has ended.',
    integer(1, 100_000),
  ),
  QUOTA_MESSAGES_PER_DAY: setting('5000', 'Messages per user and day (UTC); 0 for no limit.', integer(0, 1_000_000_000)),
  QUOTA_TOKENS_PER_DAY: setting(
    '10000000',
    'Input and output tokens per user and day (UTC); 0 for no limit.',
    integer(0, 1_000_000_000_000),
  ),
  QUOTA_KNOWLEDGE_BASES: setting('500', 'Knowledge bases per user; 0 for no limit.', integer(0, 1_000_000_000)),
  QUOTA_DOCUMENTS: setting('20000', 'Documents per user; 0 for no limit.', integer(0, 1_000_000_000)),
  QUOTA_STORAGE_MB: setting('10000', 'Megabytes of documents per user; 0 for no limit.', integer(0, 1_000_000_000)),
  RUN_LEASE_MS: setting(
    '3000',
    'Lease of a run, in milliseconds: another worker takes over a run whose lease has expired.',
    integer(500, 60_000),
  ),
  PROVIDER_IDLE_MS: setting('20000', 'Timeout between two chunks of a model, in milliseconds.', integer(100, 600_000)),
  ALLOWED_PRIVATE_HOSTS: setting('', 'Comma-separated host:port pairs of private addresses that tools may access.', list),
  METRICS_TOKEN: setting(
    '',
    'Bearer token for `/metrics`. When empty, the public server has no `/metrics`, and the other roles serve it without authentication.',
    optional(secret),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    '',
    'OTLP/HTTP trace collector, `http://host:4318`; tracing is off when empty.',
    optional(url('http:', 'https:')),
  ),
  ...SUBGRAPH_URLS,
  TRUSTED_PROXIES: setting('', 'Comma-separated addresses or ranges of proxies whose X-Forwarded-For header is trusted.', addresses),
} as const;

type Values = { [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['read']> };
export type Config = Readonly<Values>;

/** Invalid configuration. The message is shown to the operator and lists every fault. */
export class ConfigError extends Error {}

/**
 * Reads all settings; nothing else reads the environment. Empty counts as absent, and `<NAME>_FILE` names a file that
 * contains the value. `unused` lists settings that this process does not require.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, unused: readonly string[] = []): Config {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  const production = environment['NODE_ENV']?.trim() === 'production';
  for (const [name, { fallback, read, inProduction }] of Object.entries<Setting<unknown>>(SETTINGS)) {
    try {
      const given = givenIn(environment, name) || fallback;
      if (production && inProduction && !given && !unused.includes(name)) throw new Error('must be set when NODE_ENV is production');
      values[name] = read(given);
    } catch (error) {
      faults.push(`${name}: ${(error as Error).message}`);
    }
  }
  if (faults.length > 0) {
    throw new ConfigError(
      `${faults.length === 1 ? '1 invalid setting' : `${faults.length} invalid settings`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
  return Object.freeze(values as unknown as Config);
}

/** Returns a setting's text. Docker and Kubernetes pass secrets as files. */
function givenIn(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name]?.trim() ?? '';
  const file = environment[`${name}_FILE`]?.trim();
  if (!file) return value;
  if (value) throw new Error(`set either ${name} or ${name}_FILE, not both`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`cannot read the file of ${name}_FILE (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

/** Returns the root secret: the configured one, or one that is generated on first start and stored in the data directory. */
export function rootSecret(config: Config): string {
  if (config.SECRET_KEY) return config.SECRET_KEY;
  const file = join(config.DATA_DIR, 'secret.key');
  if (!existsSync(file)) {
    mkdirSync(config.DATA_DIR, { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(file, 'utf8').trim();
}

function text(value: string): string {
  return value;
}

function optional<T>(read: (value: string) => T): (value: string) => T | undefined {
  return (value) => (value === '' ? undefined : read(value));
}

function integer(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new Error(`must be a whole number from ${min} to ${max}, not "${value}"`);
    return number;
  };
}

function url(...protocols: string[]): (value: string) => string {
  return (value) => {
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
      throw new Error(`must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}, not "${value}"`);
    }
    return value.replace(/\/+$/, '');
  };
}

/** Parses a PostgreSQL URL. The error does not echo it, since it may contain a password. */
function postgres(value: string): string {
  if (!URL.canParse(value) || !['postgres:', 'postgresql:'].includes(new URL(value).protocol))
    throw new Error('must be an address that begins with postgres:// or postgresql://');
  // The driver treats these modes as verify-full too, but warns at each start that this will change.
  return value.includes('uselibpqcompat=') ? value : value.replace(/(?<=[?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, 'verify-full');
}

function redis(value: string): string {
  readRedisAddress(value);
  return value;
}

function oneOf<T extends string>(...choices: T[]): (value: string) => T {
  return (value) => {
    if (!choices.includes(value as T)) throw new Error(`must be ${choices.join(', ')}, not "${value}"`);
    return value as T;
  };
}

function list(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Parses IP addresses and CIDR ranges such as 10.0.0.0/8. */
function addresses(value: string): string[] {
  return list(value).map((entry) => {
    const [address = '', bits] = entry.split('/');
    const largest = isIP(address) === 6 ? 128 : 32;
    if (!isIP(address) || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= largest)))
      throw new Error(`"${entry}" is not an IP address or range`);
    return entry;
  });
}

function secret(value: string): string {
  if (value.length < 32) throw new Error('must have at least 32 characters');
  return value;
}
