import { join } from 'node:path';
import { fromPglite, type ConstructorOptions } from 'pg-boss';
import { openAi, type AiValues } from './ai/open.ts';
import type { Bus } from './bus/bus.ts';
import { MemoryBus } from './bus/memory.ts';
import { RedisBus } from './bus/redis.ts';
import type { Cache } from './cache/cache.ts';
import { LayeredCache } from './layered.ts';
import { MemoryCache } from './cache/memory.ts';
import { RedisCache } from './cache/redis.ts';
import { ConfigError, rootSecret, type Config } from './config.ts';
import type { Database } from './database/database.ts';
import { PgliteDatabase } from './database/pglite.ts';
import { ServerDatabase } from './database/server.ts';
import { DiskFiles } from './files/disk.ts';
import type { Files } from './files/files.ts';
import { S3Files } from './files/s3.ts';
import { IdentityTokens } from './identity.ts';
import { openKeys } from './keys.ts';
import type { Limits } from './limits/limits.ts';
import { MemoryLimits } from './limits/memory.ts';
import { RedisLimits } from './limits/redis.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { PrometheusMetrics } from './metrics/prometheus.ts';
import { MemoryPresence } from './presence/memory.ts';
import type { Presence } from './presence/presence.ts';
import { RedisPresence } from './presence/redis.ts';
import { PostgresQueue } from './queue/postgres.ts';
import { reach, type ReachOptions } from './reach.ts';
import { openRedis, openRedisKeys } from './redis.ts';
import { rememberedAi } from './remembered.ts';
import { SignedTickets } from './tickets.ts';
import { openTraces } from './traces/open.ts';
import { AccessTokens } from './tokens.ts';
import { PgVectors, SESSION } from './vectors/pgvector.ts';
import type { Vectors } from './vectors/vectors.ts';
import { WeaviateVectors } from './vectors/weaviate.ts';
import { readingsOf, watchedAi, watchedLimits } from './watched.ts';

export type Ground = Awaited<ReturnType<typeof openGround>>;
export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** What every process stands on: keys, files, live topics, rates, metrics and traces. `close` ends it. */
export async function openGround(config: Config, log: Log, { role, publicUrl, awaited }: GroundOptions) {
  const keys = openKeys(rootSecret(config));
  const metrics: Metrics = new PrometheusMetrics();
  const traces = await openTraces({ endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT, service: `parley-${role}` });
  const { bus, limits, presence } = await openSeen(config, log, awaited);
  return {
    bus,
    files: await openFiles(config, log, awaited),
    identities: new IdentityTokens(keys.derive('identity')),
    keys,
    limits: watchedLimits(limits, metrics),
    metrics,
    presence,
    tickets: new SignedTickets(keys.derive('tickets'), publicUrl),
    tokens: new AccessTokens(keys.derive('access-tokens')),
    traces,
    async close() {
      await traces.close();
      await presence.close();
      await limits.close();
      await bus.close();
    },
  };
}

/** The ground, and what a subgraph needs beside it. Vectors are opened only for who searches or indexes. */
export async function openPlatform(config: Config, log: Log, { vectors: usesVectors, ...options }: PlatformOptions) {
  const ground = await openGround(config, log, options);
  const { database, queueOptions, pgVectors } = await openDatabase(config, log, options.awaited);
  ground.metrics.watch(() => readingsOf(database));
  const vectors = usesVectors
    ? await openVectors(config, log, { inDatabase: pgVectors, awaited: options.awaited })
    : unopened<Vectors>('vectors');
  const queue = new PostgresQueue(queueOptions, log);
  const endpoint: AiValues = {
    apiKey: config.OPENAI_API_KEY,
    baseUrl: config.OPENAI_BASE_URL,
    model: config.OPENAI_MODEL,
    embeddingModel: config.EMBEDDING_MODEL,
    idleMs: config.PROVIDER_IDLE_MS,
  };
  const cache = await openCache(config, ground.bus, { log, awaited: options.awaited });
  await queue.open();
  return {
    ...ground,
    ai: rememberedAi(watchedAi(openAi(endpoint), ground), cache, endpoint),
    database,
    queue,
    vectors,
    async close() {
      await queue.close();
      await cache.close();
      if (usesVectors) await vectors.close();
      await ground.close();
      await database.close();
    },
  };
}

interface GroundOptions {
  /** What the process is called in traces. */
  role: string;
  /** Read whenever it is needed: with port 0 it is known only once the door listens. */
  publicUrl: () => string;
  /** Has the names of the settings whose servers are waited for. */
  awaited: Set<string>;
}

interface PlatformOptions extends GroundOptions {
  vectors: boolean;
}

/** A port that this process has no use for; who uses it all the same learns which. */
function unopened<Port extends object>(name: string): Port {
  return new Proxy({} as Port, {
    get() {
      throw new Error(`this role does not open ${name}`);
    },
  });
}

interface Store {
  database: Database;
  queueOptions: ConstructorOptions;
  pgVectors: () => Vectors;
}

/** The database, and how what lives in it is reached: the queue always, the vectors unless Weaviate has them. */
export async function openDatabase(config: Config, log: Log, awaited?: Set<string>): Promise<Store> {
  if (!config.DATABASE_URL) {
    if (config.DATABASE_REPLICA_URL.length > 0)
      throw new ConfigError('DATABASE_REPLICA_URL names replicas, but DATABASE_URL names no server that they follow.');
    const database = new PgliteDatabase(config.DATA_DIR, log);
    await database.open();
    const queueOptions = { db: fromPglite(database.pglite), backend: 'pglite' } as const;
    return { database, queueOptions, pgVectors: () => new PgVectors(() => database.pglite) };
  }
  const database = new ServerDatabase(config.DATABASE_URL, log, config.DATABASE_REPLICA_URL);
  await reach('DATABASE_URL', () => database.open(), { log, awaited });
  const openEngine = () => {
    const engine = database.openEngine(SESSION, config.VECTOR_DATABASE_URL);
    return new PgVectors(() => engine);
  };
  return { database, queueOptions: database.queueConnections, pgVectors: openEngine };
}

async function openVectors(
  config: Config,
  log: Log,
  { inDatabase, awaited }: { inDatabase: () => Vectors; awaited: Set<string> },
): Promise<Vectors> {
  if (config.WEAVIATE_URL) {
    const vectors = new WeaviateVectors({ url: config.WEAVIATE_URL, grpcPort: config.WEAVIATE_GRPC_PORT, apiKey: config.WEAVIATE_API_KEY });
    await reach('WEAVIATE_URL', () => vectors.open(), { log, awaited });
    return vectors;
  }
  const vectors = inDatabase();
  await reach(config.VECTOR_DATABASE_URL ? 'VECTOR_DATABASE_URL' : 'DATABASE_URL', () => vectors.open().catch(nameWaysOut), {
    log,
    awaited,
  });
  return vectors;
}

/** Where pgvector is not installed, or this user may not create it, waiting does not help. */
function nameWaysOut(error: unknown): never {
  const { code, message } = error as { code?: string; message: string };
  if (!['0A000', '58P01', '42501'].includes(code ?? '')) throw error;
  throw new ConfigError(
    `The database has no pgvector (${message}). Install that extension on the server of DATABASE_URL and allow its user to create it, or set VECTOR_DATABASE_URL or WEAVIATE_URL.`,
    { cause: error },
  );
}

/** The bucket, once it lets us in; without one the files are beside the embedded database. */
export async function openFiles(config: Config, log: Log, awaited?: Set<string>): Promise<Files> {
  const { S3_BUCKET: bucket, S3_ENDPOINT: endpoint, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (!bucket) return new DiskFiles(join(config.DATA_DIR, 'files'));
  if (!accessKeyId !== !secretAccessKey) throw new ConfigError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are set together or not at all.');
  const pathStyle = config.S3_PATH_STYLE ? config.S3_PATH_STYLE === 'on' : Boolean(endpoint);
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  const files = new S3Files({ bucket, endpoint, region: config.S3_REGION, credentials, pathStyle }, log);
  await reach('S3_BUCKET', () => files.ping(), { log, awaited });
  return files;
}

/** What is seen, and lives where all processes see it. */
async function openSeen(
  { REDIS_URL: url }: Config,
  log: Log,
  awaited: Set<string>,
): Promise<{ bus: Bus; limits: Limits; presence: Presence }> {
  if (!url) return { bus: new MemoryBus(log), limits: new MemoryLimits(), presence: new MemoryPresence() };
  const bus = new RedisBus((name) => openRedis(url, name, log), log);
  await reach('REDIS_URL', () => bus.open(), { log, awaited });
  const limits = new RedisLimits(await reachKeys(url, 'limits', { log, awaited }));
  return { bus, limits, presence: new RedisPresence(await reachKeys(url, 'presence', { log, awaited })) };
}

async function openCache({ REDIS_URL: url }: Config, bus: Bus, options: ReachOptions): Promise<Cache> {
  return url ? new LayeredCache(new RedisCache(await reachKeys(url, 'cache', options)), bus).open() : new MemoryCache();
}

function reachKeys(url: string, name: string, options: ReachOptions) {
  return reach('REDIS_URL', () => openRedisKeys(url, name, options.log), options);
}
