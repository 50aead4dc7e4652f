import { rm } from 'node:fs/promises';
import { SUBGRAPH_NAMES } from '../../schema/subgraphs.ts';
import { readConfig, type Config } from '../config.ts';
import { requestSnapshot } from '../database/snapshots.ts';
import { DirectoryInUse } from '../database/lock.ts';
import { openLog, type Log } from '../log.ts';
import { openDatabase } from '../compose/domain-services.ts';
import { BackupRefused } from './manifest.ts';

/** Schemas to back up: one per subgraph, and the jobs. The vector index is rebuilt instead. */
export const SCHEMAS = [...SUBGRAPH_NAMES, 'queue'] as const;

export type Store = Awaited<ReturnType<typeof openDatabase>>;

/** A backup does not need Redis. */
export function readSettings(): { config: Config; log: Log } {
  const config = readConfig(undefined, ['REDIS_URL']);
  return { config, log: openLog(config.LOG_LEVEL === 'info' ? 'error' : config.LOG_LEVEL) };
}

/**
 * Opens the database for reading. If a running process has locked the embedded database, it takes a snapshot, which is
 * read instead.
 */
export async function openForReading(config: Config, log: Log): Promise<Store & { close(): Promise<void> }> {
  try {
    const store = await openDatabase(config, log);
    return { ...store, close: () => store.database.close() };
  } catch (error) {
    if (!(error instanceof DirectoryInUse)) throw error;
  }
  const folder = await requestSnapshot(config.DATA_DIR).catch((error: Error) => {
    throw new BackupRefused(`${config.DATA_DIR} is in use, and ${error.message}. Stop the product and try again.`);
  });
  const store = await openDatabase({ ...config, DATA_DIR: folder }, log);
  return {
    ...store,
    async close() {
      await store.database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
