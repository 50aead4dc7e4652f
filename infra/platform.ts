import { join } from 'node:path';
import { fromPglite, type ConstructorOptions } from 'pg-boss';
import { openAi } from './ai/open.ts';
import type { Bus } from './bus/bus.ts';
import { MemoryBus } from './bus/memory.ts';
import { RedisBus } from './bus/redis.ts';
import { ConfigError, rootSecret, type Config } from './config.ts';
import type { Database } from './database/database.ts';
import { PgliteDatabase } from './database/pglite.ts';
import { ServerDatabase } from './database/server.ts';
import { DiskFiles } from './files/disk.ts';
import { openKeys } from './keys.ts';
import type { Limits } from './limits/limits.ts';
import { MemoryLimits } from './limits/memory.ts';
import { RedisLimits } from './limits/redis.ts';
import type { Log } from './log.ts';
import { PostgresQueue } from './queue/postgres.ts';
import { reach } from './reach.ts';
import { openRedis } from './redis.ts';
import { SignedTickets } from './tickets.ts';
import { AccessTokens } from './tokens.ts';
import { PgVectors, SESSION } from './vectors/pgvector.ts';
import type { Vectors } from './vectors/vectors.ts';
import { WeaviateVectors } from './vectors/weaviate.ts';

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** Opens each port with the adapter that the settings choose; `close` does it in reverse. */
export async function openPlatform(config: Config, log: Log, publicUrl: () => string) {
  const { database, queueOptions, vectors } = await openDatabase(config, log);
  const keys = openKeys(rootSecret(config));
  const files = new DiskFiles(join(config.DATA_DIR, 'files'));
  const { bus, limits } = await openBus(config, log);
  const queue = new PostgresQueue(queueOptions, log);
  const tickets = new SignedTickets(keys.derive('tickets'), publicUrl);
  const tokens = new AccessTokens(keys.derive('access-tokens'));
  const ai = openAi({
    apiKey: config.OPENAI_API_KEY,
    baseUrl: config.OPENAI_BASE_URL,
    model: config.OPENAI_MODEL,
    embeddingModel: config.EMBEDDING_MODEL,
    idleMs: config.PROVIDER_IDLE_MS,
  });
  await queue.open();
  return {
    ai,
    bus,
    database,
    files,
    keys,
    limits,
    queue,
    tickets,
    tokens,
    vectors,
    async close() {
      await queue.close();
      await vectors.close();
      await limits.close();
      await bus.close();
      await database.close();
    },
  };
}

interface Store {
  database: Database;
  queueOptions: ConstructorOptions;
  vectors: Vectors;
}

/** The database, and what lives in it: the queue always, the vectors unless Weaviate has them. */
async function openDatabase(config: Config, log: Log): Promise<Store> {
  if (!config.DATABASE_URL) {
    const database = new PgliteDatabase(config.DATA_DIR, log);
    await database.open();
    const vectors = await openVectors(config, log, () => new PgVectors(() => database.pglite));
    return { database, queueOptions: { db: fromPglite(database.pglite), backend: 'pglite' }, vectors };
  }
  const database = new ServerDatabase(config.DATABASE_URL, log);
  await reach('DATABASE_URL', () => database.open(), { log });
  const vectors = await openVectors(config, log, () => {
    const engine = database.openEngine(SESSION);
    return new PgVectors(() => engine);
  });
  return { database, queueOptions: database.queueConnections, vectors };
}

async function openVectors(config: Config, log: Log, inDatabase: () => Vectors): Promise<Vectors> {
  if (config.WEAVIATE_URL) {
    const vectors = new WeaviateVectors({ url: config.WEAVIATE_URL, grpcPort: config.WEAVIATE_GRPC_PORT, apiKey: config.WEAVIATE_API_KEY });
    await reach('WEAVIATE_URL', () => vectors.open(), { log });
    return vectors;
  }
  const vectors = inDatabase();
  try {
    await vectors.open();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `The database has no pgvector (${reason}). Install that extension on the server of DATABASE_URL and allow its user to create it, or set WEAVIATE_URL.`,
      { cause: error },
    );
  }
  return vectors;
}

async function openBus(config: Config, log: Log): Promise<{ bus: Bus; limits: Limits }> {
  const url = config.REDIS_URL;
  if (!url) return { bus: new MemoryBus(), limits: new MemoryLimits() };
  const bus = new RedisBus((name) => openRedis(url, name, log), log);
  await reach('REDIS_URL', () => bus.open(), { log });
  return { bus, limits: new RedisLimits(await openRedis(url, 'limits', log)) };
}
