import { openAi, type AiValues } from './ai/open.ts';
import type { Bus } from './bus/bus.ts';
import type { Cache } from './cache/cache.ts';
import { MemoryCache } from './cache/memory.ts';
import { RedisCache } from './cache/redis.ts';
import { ConfigError, type Config } from './config.ts';
import type { Database } from './database/database.ts';
import { ServerDatabase } from './database/server.ts';
import { openGround, reachKeys, type GroundOptions } from './ground.ts';
import { LayeredCache } from './layered.ts';
import type { Log } from './log.ts';
import { embeddedConnections, PostgresQueue, type QueueConnections } from './queue/postgres.ts';
import { reach, type ReachOptions } from './reach.ts';
import { rememberedAi } from './remembered.ts';
import { PgVectors, SESSION } from './vectors/pgvector.ts';
import type { Vectors } from './vectors/vectors.ts';
import { readingsOf, watchedAi } from './watched.ts';

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** The ground, and what a subgraph needs beside it. Vectors are opened only for who searches or indexes. */
export async function openPlatform(config: Config, log: Log, { vectors: usesVectors, ...options }: PlatformOptions) {
  const ground = await openGround(config, log, options);
  const { database, queueConnections, pgVectors } = await openDatabase(config, log, options.awaited);
  ground.metrics.watch(() => readingsOf(database));
  const vectors = usesVectors
    ? await openVectors(config, log, { inDatabase: pgVectors, awaited: options.awaited })
    : unopened<Vectors>('vectors');
  const queue = new PostgresQueue(queueConnections, log);
  const endpoint: AiValues = {
    apiKey: config.OPENAI_API_KEY,
    baseUrl: config.OPENAI_BASE_URL,
    model: config.OPENAI_MODEL,
    embeddingModel: config.EMBEDDING_MODEL,
    idleMs: config.PROVIDER_IDLE_MS,
  };
  const corrected = (right: string) =>
    log.warn({ right }, 'OPENAI_BASE_URL is not the base of the interface; this address is used instead');
  const cache = await openCache(config, ground.bus, { log, awaited: options.awaited });
  await queue.open();
  return {
    ...ground,
    ai: rememberedAi(watchedAi(openAi({ ...endpoint, corrected }), ground), cache, endpoint),
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
  queueConnections: QueueConnections;
  pgVectors: () => Vectors;
}

/** The database, and how what lives in it is reached: the queue always, the vectors unless Weaviate has them. */
export async function openDatabase(config: Config, log: Log, awaited?: Set<string>): Promise<Store> {
  if (!config.DATABASE_URL) {
    if (config.DATABASE_REPLICA_URL.length > 0)
      throw new ConfigError('DATABASE_REPLICA_URL names replicas, but DATABASE_URL names no server that they follow.');
    const { PgliteDatabase } = await import('./database/pglite.ts');
    const database = new PgliteDatabase(config.DATA_DIR, log, SESSION);
    await database.open();
    return { database, queueConnections: embeddedConnections(database.engine), pgVectors: () => new PgVectors(() => database.engine) };
  }
  const database = new ServerDatabase(config.DATABASE_URL, log, config.DATABASE_REPLICA_URL);
  await reach('DATABASE_URL', () => database.open(), { log, awaited });
  const openEngine = () => {
    const engine = database.openEngine(SESSION, config.VECTOR_DATABASE_URL);
    return new PgVectors(() => engine, { isApart: config.VECTOR_DATABASE_URL !== undefined });
  };
  return { database, queueConnections: database.queueConnections, pgVectors: openEngine };
}

async function openVectors(
  config: Config,
  log: Log,
  { inDatabase, awaited }: { inDatabase: () => Vectors; awaited: Set<string> },
): Promise<Vectors> {
  if (config.WEAVIATE_URL) {
    const { WeaviateVectors } = await import('./vectors/weaviate.ts');
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

async function openCache({ REDIS_URL: url }: Config, bus: Bus, options: ReachOptions): Promise<Cache> {
  return url ? new LayeredCache(new RedisCache(await reachKeys(url, 'cache', options)), bus).open() : new MemoryCache();
}
