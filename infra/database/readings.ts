import type { Reading } from '../metrics/metrics.ts';
import type { Database } from './database.ts';

/** Reads the delay of WAL archiving; empty if archiving is off. */
export async function archiveReadings(database: Database): Promise<Reading[]> {
  const value = await database.archiveLateSeconds();
  return value === undefined ? [] : [{ name: 'parley_archive_late_seconds', value }];
}

/** Reads the state and lag of the database's replicas. */
export function replicaReadings({ replicas }: Database): Reading[] {
  return replicas.flatMap(({ name: replica, isUsable, secondsBehind }) => [
    { name: 'parley_replica_usable', value: isUsable ? 1 : 0, labels: { replica } } as const,
    ...(secondsBehind === undefined ? [] : [{ name: 'parley_replica_behind_seconds', value: secondsBehind, labels: { replica } } as const]),
  ]);
}
