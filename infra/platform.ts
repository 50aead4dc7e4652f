import { join } from 'node:path';
import { fromPglite } from 'pg-boss';
import { openAi } from './ai/open.ts';
import { MemoryBus } from './bus/memory.ts';
import { rootSecret, type Config } from './config.ts';
import { PgliteDatabase } from './database/pglite.ts';
import { DiskFiles } from './files/disk.ts';
import { openKeys } from './keys.ts';
import { MemoryLimits } from './limits/memory.ts';
import type { Log } from './log.ts';
import { PostgresQueue } from './queue/postgres.ts';
import { SignedTickets } from './tickets.ts';
import { AccessTokens } from './tokens.ts';
import { PgVectors } from './vectors/pgvector.ts';

export type Platform = Awaited<ReturnType<typeof openPlatform>>;

/** Opens each port with the adapter that the settings choose; `close` does it in reverse. */
export async function openPlatform(config: Config, log: Log, publicUrl: () => string) {
  const database = new PgliteDatabase(config.DATA_DIR, log);
  await database.open();
  const keys = openKeys(rootSecret(config));
  const bus = new MemoryBus();
  const files = new DiskFiles(join(config.DATA_DIR, 'files'));
  const limits = new MemoryLimits();
  const queue = new PostgresQueue({ db: fromPglite(database.pglite), backend: 'pglite' }, log);
  const vectors = new PgVectors(() => database.pglite);
  const tickets = new SignedTickets(keys.derive('tickets'), publicUrl);
  const tokens = new AccessTokens(keys.derive('access-tokens'));
  const ai = openAi({
    apiKey: config.OPENAI_API_KEY,
    baseUrl: config.OPENAI_BASE_URL,
    model: config.OPENAI_MODEL,
    embeddingModel: config.EMBEDDING_MODEL,
    idleMs: config.PROVIDER_IDLE_MS,
  });
  await bus.open();
  await queue.open();
  await vectors.open();
  return {
    ai, bus, database, files, keys, limits, queue, tickets, tokens, vectors,
    async close() {
      await queue.close();
      await vectors.close();
      await limits.close();
      await bus.close();
      await database.close();
    },
  };
}
