import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { SUBGRAPH_NAMES, type SubgraphName } from '../schema/facts.ts';
import { readRedisAddress } from './redis/address.ts';

/** One setting: what it is for, and how its text becomes a value. `read` throws an Error that says what is wrong. */
interface Setting<T> {
  fallback: string;
  about: string;
  read(text: string): T;
  /** Production does without the embedded adapter that its absence would choose. */
  inProduction?: 'required';
}

function setting<T>(fallback: string, about: string, read: (text: string) => T, more: Pick<Setting<T>, 'inProduction'> = {}): Setting<T> {
  return { fallback, about, read, ...more };
}

const required = { inProduction: 'required' } as const;

/** `USERS_URL` and so on, for roles that run apart from the subgraphs: several replicas of one are separated by commas. */
const SUBGRAPH_URLS = Object.fromEntries(SUBGRAPH_NAMES.map((name) => [`${name.toUpperCase()}_URL`, subgraphUrl(name)])) as Record<
  `${Uppercase<SubgraphName>}_URL`,
  Setting<string[]>
>;

function subgraphUrl(name: string): Setting<string[]> {
  const read = url('http:', 'https:');
  return setting('', `Replicas of the ${name} subgraph, separated by commas; for roles that run apart from it.`, (value) =>
    list(value).map(read),
  );
}

/** Every setting of the product, all optional outside production. README's table is compared with this list by a test. */
export const SETTINGS = {
  PORT: setting('4000', 'Port to listen on; 0 takes a free one.', integer(0, 65535)),
  HOST: setting('127.0.0.1', 'Address to listen on.', text),
  PUBLIC_URL: setting(
    '',
    'Address under which browsers connectWithRetry the product; `http://HOST:PORT` when empty.',
    optional(url('http:', 'https:')),
  ),
  DATA_DIR: setting('./data', 'Where the embedded database and the files live.', (value) => resolve(value)),
  SECRET_KEY: setting(
    '',
    'At least 32 characters; every key is derived from it. Made and kept in DATA_DIR when empty.',
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
    'Read-only replicas of the server of DATABASE_URL, separated by commas, for searches and reports that may be a moment old.',
    (value) => list(value).map(postgres),
  ),
  REDIS_URL: setting(
    '',
    'Redis, for what is seen or may be recomputed; within the process when empty. A server `redis://user:password@host:6379/db`, ' +
      'Sentinels `redis+sentinel://:password@host:26379,host2:26379/master/db`, or a cluster `redis+cluster://:password@host:6379,host2:6379`; `rediss` for TLS.',
    optional(redis),
    required,
  ),
  VECTOR_DATABASE_URL: setting(
    '',
    'PostgreSQL server with pgvector, where the one of DATABASE_URL has none and there is no Weaviate.',
    optional(postgres),
  ),
  WEAVIATE_URL: setting('', 'Weaviate server, `http://host:8080`; pgvector in the database when empty.', optional(url('http:', 'https:'))),
  WEAVIATE_GRPC_PORT: setting('50051', 'Port of the same host where Weaviate speaks gRPC.', integer(1, 65535)),
  WEAVIATE_API_KEY: setting('', 'Key of the Weaviate server, if it asks for one.', optional(text)),
  S3_BUCKET: setting('', 'Bucket for the files, which exists; DATA_DIR when empty.', optional(text)),
  S3_ENDPOINT: setting('', "Address of the store that has the bucket; AWS's own when empty.", optional(url('http:', 'https:'))),
  S3_REGION: setting('us-east-1', 'Region of the bucket.', text),
  S3_ACCESS_KEY_ID: setting('', "Key of the bucket; the AWS SDK's own places, such as the machine's role, when empty.", optional(text)),
  S3_SECRET_ACCESS_KEY: setting('', 'The secret of that key.', optional(text)),
  S3_PATH_STYLE: setting(
    '',
    'on or off: the bucket stands in the path and not in the host; on with S3_ENDPOINT when empty.',
    optional(oneOf('on', 'off')),
  ),
  OPENAI_API_KEY: setting('', 'Key of the OpenAI-compatible endpoint.', optional(text)),
  OPENAI_BASE_URL: setting(
    '',
    "Address of the OpenAI-compatible endpoint; OpenAI's own when only a key is set.",
    optional(url('http:', 'https:')),
  ),
  OPENAI_MODEL: setting('', 'Default model; the first that the endpoint lists when empty.', optional(text)),
  EMBEDDING_MODEL: setting('', 'Embedding model of the endpoint; built-in letter n-grams when empty.', optional(text)),
  LOG_LEVEL: setting('info', 'trace, debug, info, warn, error or silent.', oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent')),
  MAX_UPLOAD_MB: setting('50', 'Largest file that a knowledge base takes, in megabytes.', integer(1, 2000)),
  OCR: setting(
    'on',
    'on or off: whether the text of scanned pages is recognised, by a model of English; it needs the optional packages tesseract.js-core and @tesseract.js-data/eng.',
    oneOf('on', 'off'),
  ),
  INTROSPECTION: setting('signed-in', 'Who may introspect the graph: signed-in, admin or off.', oneOf('signed-in', 'admin', 'off')),
  SIGN_INS_PER_MINUTE: setting(
    '20',
    'Sign-ins that one address may try in a minute, and half as many for one account and as sign-ups.',
    integer(2, 1_000_000),
  ),
  SIGN_UP: setting(
    'open',
    'Who may make an account: open, invited (by an administrator) or closed. The first account can always be made.',
    oneOf('open', 'invited', 'closed'),
  ),
  SIGN_UP_DOMAINS: setting('', 'E-mail domains, separated by commas, that may sign up without an invitation; all when empty.', (value) =>
    list(value.toLowerCase()).map((domain) => domain.replace(/^@/, '')),
  ),
  QUERY_PLANNER: setting('hive', 'hive (native) or apollo (JavaScript).', oneOf('hive', 'apollo')),
  RUNS_PER_WORKER: setting(
    '400',
    'Answers that one process writes at once; more wait for another worker, or for one to end.',
    integer(1, 10_000),
  ),
  RUNS_PER_PERSON: setting(
    '50',
    'Answers that are written at once for one person, and at most half of RUNS_PER_WORKER; more wait while others have their turn.',
    integer(1, 10_000),
  ),
  RUNS_WAITING_PER_PERSON: setting(
    '200',
    'Answers of one person that may wait or be written at once; further messages are refused until one has ended.',
    integer(1, 100_000),
  ),
  QUOTA_MESSAGES_PER_DAY: setting('5000', 'Messages that one person may send in a day (UTC); 0 is no limit.', integer(0, 1_000_000_000)),
  QUOTA_TOKENS_PER_DAY: setting(
    '10000000',
    'Tokens that the answers of one person may use in a day (UTC), read and written; 0 is no limit.',
    integer(0, 1_000_000_000_000),
  ),
  QUOTA_KNOWLEDGE_BASES: setting('500', 'Knowledge bases that one person may have; 0 is no limit.', integer(0, 1_000_000_000)),
  QUOTA_DOCUMENTS: setting('20000', 'Documents that one person may have; 0 is no limit.', integer(0, 1_000_000_000)),
  QUOTA_STORAGE_MB: setting('10000', 'Megabytes that the documents of one person may take; 0 is no limit.', integer(0, 1_000_000_000)),
  RUN_LEASE_MS: setting('3000', 'After this silence of its worker, a run is taken over by another.', integer(500, 60_000)),
  PROVIDER_IDLE_MS: setting('20000', 'A model that sends nothing for this long has failed.', integer(100, 600_000)),
  ALLOWED_PRIVATE_HOSTS: setting('', 'host:port pairs, separated by commas, that tools may read although they are not public.', list),
  METRICS_TOKEN: setting(
    '',
    'Bearer token that `/metrics` asks for. When empty, the door has no `/metrics`, and the ports of the other roles show it to everybody.',
    optional(secret),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    '',
    'Collector that takes traces by OTLP over HTTP, `http://host:4318`; none are made when empty.',
    optional(url('http:', 'https:')),
  ),
  ...SUBGRAPH_URLS,
  TRUSTED_PROXIES: setting('', 'Addresses of proxies, separated by commas, whose X-Forwarded-For is believed.', addresses),
} as const;

type Read = { [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['read']> };
export type Config = Readonly<Read>;

/** Names every fault at once. */
export class ConfigError extends Error {}

/**
 * The only reader of the environment. Empty counts as absent, and `<NAME>_FILE` names a file that holds the value.
 * `unused` are settings that this process can do without.
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
      `The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
  return Object.freeze(values as unknown as Config);
}

/** Secrets come as files where the environment can be read by others, as with Docker and Kubernetes. */
function givenIn(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name]?.trim() ?? '';
  const file = environment[`${name}_FILE`]?.trim();
  if (!file) return value;
  if (value) throw new Error(`is set, and so is ${name}_FILE; which of them counts?`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new Error(`the file that ${name}_FILE names cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

/** The secret that all keys derive from: the configured one, or one made at the first start and kept with the data. */
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

/** The address of a server, which may hold a password: it is never repeated. */
function postgres(value: string): string {
  if (!URL.canParse(value) || !['postgres:', 'postgresql:'].includes(new URL(value).protocol))
    throw new Error('must be an address that begins with postgres:// or postgresql://');
  // The driver takes these for the last one as well, and says at each start that it will not do so for ever.
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

/** IP addresses, or ranges of them such as 10.0.0.0/8. */
function addresses(value: string): string[] {
  return list(value).map((entry) => {
    const [address = '', bits] = entry.split('/');
    const largest = isIP(address) === 6 ? 128 : 32;
    if (!isIP(address) || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= largest)))
      throw new Error(`"${entry}" is no address and no range of addresses`);
    return entry;
  });
}

function secret(value: string): string {
  if (value.length < 32) throw new Error('must have at least 32 characters');
  return value;
}
