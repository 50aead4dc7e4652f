import type { SqlEntityManager } from '@mikro-orm/sql';
import { lockQuota, quotaOf, requireQuota, type Quota, type QuotaLimits } from '../../framework/quota.ts';

interface Use {
  documents: number;
  bytes: number;
  bases: number;
}

/**
 * Throws `QUOTA_EXCEEDED` if a further document of `sizeBytes` exceeds a limit. Runs inside the transaction that adds
 * it.
 */
export async function requireRoomForDocument(em: SqlEntityManager, ownerId: string, sizeBytes: number, limits: QuotaLimits): Promise<void> {
  await lockQuota(em, ownerId);
  const { documents, bytes } = await usedBy(em, ownerId);
  requireQuota(limits, 'DOCUMENTS', documents, 1);
  requireQuota(limits, 'STORAGE_BYTES', bytes, sizeBytes);
}

/** Throws `QUOTA_EXCEEDED` if the person may have no further knowledge base. Runs inside the transaction that adds it. */
export async function requireRoomForBase(em: SqlEntityManager, ownerId: string, limits: QuotaLimits): Promise<void> {
  await lockQuota(em, ownerId);
  requireQuota(limits, 'KNOWLEDGE_BASES', (await usedBy(em, ownerId)).bases, 1);
}

export async function storageUse(em: SqlEntityManager, ownerId: string, limits: QuotaLimits): Promise<Quota[]> {
  const { documents, bytes, bases } = await usedBy(em, ownerId);
  return [quotaOf(limits, 'KNOWLEDGE_BASES', bases), quotaOf(limits, 'DOCUMENTS', documents), quotaOf(limits, 'STORAGE_BYTES', bytes)];
}

async function usedBy(em: SqlEntityManager, ownerId: string): Promise<Use> {
  const [use] = await em.execute<Use[]>(
    `select (select count(*)::int from knowledge.document where owner_id = ?) as documents,
       (select coalesce(sum(size_bytes), 0)::float8 from knowledge.document where owner_id = ?) as bytes,
       (select count(*)::int from knowledge.knowledge_base where owner_id = ?) as bases`,
    [ownerId, ownerId, ownerId],
  );
  return use!;
}
