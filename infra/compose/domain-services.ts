import { openAi, type AiValues } from '../ai/open.ts';
import type { Bus } from '../bus/bus.ts';
import type { Cache } from '../cache/cache.ts';
import { MemoryCache } from '../cache/memory.ts';
import { RedisCache } from '../cache/redis.ts';
import { ConfigError, type Config } from '../config.ts';
import type { Database } from '../database/database.ts';
import { ServerDatabase } from '../database/server.ts';
import { openProcessServices, connectRedisKeys, type ServicesOptions } from './process-services.ts';
import { TwoLevelCache } from '../cache/two-level.ts';
import type { Log } from '../log.ts';
import { embeddedConnections, PostgresQueue, type QueueConnections } from '../queue/postgres.ts';
import { connectWithRetry, type ConnectOptions } from './connect.ts';
import { cachedAi } from '../ai/cached.ts';
import { PgVectors, SESSION } from '../vectors/pgvector.ts';
import type { Vectors } from '../vectors/vectors.ts';
import { instrumentedAi } from '../ai/instrumented.ts';
import { replicaReadings } from '../database/readings.ts';

export type DomainServices = Awaited<ReturnType<typeof openDomainServices>>;

/** Opens the process services and those that subgraphs need. Vectors are opened only for roles that search or index. */
export async function openDomainServices(config: Config, log: Log, { vectors: usesVectors, ...options }: DomainServicesOptions) {
  const services = await openProcessServices(config, log, options);
  const { database, queueConnections, pgVectors } = await openDatabase(config, log, options.pendingDependencies);
  services.metrics.watch(() => replicaReadings(database));
  const vectors = usesVectors
    ? await openVectors(config, log, { inDatabase: pgVectors, pendingDependencies: options.pendingDependencies })
    : unopened<Vectors>('vectors');
  const queue = new PostgresQueue(queueConnections, log);
  const endpoint: AiValues = {
    apiKey: config.OPENAI_API_KEY,
    baseUrl: config.OPENAI_BASE_URL,
    model: config.OPENAI_MODEL,
    embeddingModel: config.EMBEDDING_MODEL,
    idleMs: config.PROVIDER_IDLE_MS,
  };
  const corrected = (right: string) => log.warn({ right }, 'OPENAI_BASE_URL is not the base URL of the API; using this one instead');
  const cache = await openCache(config, services.bus, { log, pendingDependencies: options.pendingDependencies });
  await queue.open();
  return {
    ...services,
    ai: cachedAi(instrumentedAi(openAi({ ...endpoint, corrected }), services), cache, endpoint),
    database,
    queue,
    vectors,
    async close() {
      await queue.close();
      await cache.close();
      if (usesVectors) await vectors.close();
      await services.close();
      await database.close();
    },
  };
}

interface DomainServicesOptions extends ServicesOptions {
  vectors: boolean;
}

/** Stub for a port this role does not open; any access throws. */
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

/** Opens the database, and returns how the queue and pgvector connect to it. */
export async function openDatabase(config: Config, log: Log, pendingDependencies?: Set<string>): Promise<Store> {
  if (!config.DATABASE_URL) {
    if (config.DATABASE_REPLICA_URL.length > 0)
      throw new ConfigError('DATABASE_REPLICA_URL is set, but DATABASE_URL, the primary, is not.');
    const { PgliteDatabase } = await import('../database/pglite.ts');
    const database = new PgliteDatabase(config.DATA_DIR, log, SESSION);
    await database.open();
    return { database, queueConnections: embeddedConnections(database.engine), pgVectors: () => new PgVectors(() => database.engine) };
  }
  const database = new ServerDatabase(config.DATABASE_URL, log, config.DATABASE_REPLICA_URL);
  await connectWithRetry('DATABASE_URL', () => database.open(), { log, pendingDependencies });
  const openEngine = () => {
    const engine = database.openEngine(SESSION, config.VECTOR_DATABASE_URL);
    return new PgVectors(() => engine, { isApart: config.VECTOR_DATABASE_URL !== undefined });
  };
  return { database, queueConnections: database.queueConnections, pgVectors: openEngine };
}

async function openVectors(
  config: Config,
  log: Log,
  { inDatabase, pendingDependencies }: { inDatabase: () => Vectors; pendingDependencies: Set<string> },
): Promise<Vectors> {
  if (config.WEAVIATE_URL) {
    const { WeaviateVectors } = await import('../vectors/weaviate.ts');
    const vectors = new WeaviateVectors({ url: config.WEAVIATE_URL, grpcPort: config.WEAVIATE_GRPC_PORT, apiKey: config.WEAVIATE_API_KEY });
    await connectWithRetry('WEAVIATE_URL', () => vectors.open(), { log, pendingDependencies });
    return vectors;
  }
  const vectors = inDatabase();
  await connectWithRetry(
    config.VECTOR_DATABASE_URL ? 'VECTOR_DATABASE_URL' : 'DATABASE_URL',
    () => vectors.open().catch(explainMissingPgvector),
    {
      log,
      pendingDependencies,
    },
  );
  return vectors;
}

/** Fails at once if pgvector is not installed or must not be created by this user, since retrying does not help. */
function explainMissingPgvector(error: unknown): never {
  const { code, message } = error as { code?: string; message: string };
  if (!['0A000', '58P01', '42501'].includes(code ?? '')) throw error;
  throw new ConfigError(
    `The database has no pgvector (${message}). Install the extension on the server of DATABASE_URL and allow its user to create it, or set VECTOR_DATABASE_URL or WEAVIATE_URL.`,
    { cause: error },
  );
}

async function openCache({ REDIS_URL: url }: Config, bus: Bus, options: ConnectOptions): Promise<Cache> {
  return url ? new TwoLevelCache(new RedisCache(await connectRedisKeys(url, 'cache', options)), bus).open() : new MemoryCache();
}
