import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Queue } from '../../../../infra/queue/queue.ts';

/**
 * Queues an ingestion. The priority decreases with the owner's waiting documents, so that a single file does not wait
 * for another person's folder.
 */
export async function queueIngestion(
  em: SqlEntityManager,
  queue: Queue,
  { id: documentId, knowledgeBaseId, ownerId }: { id: string; knowledgeBaseId: string; ownerId: string },
): Promise<void> {
  const [row] = await em.execute<{ waiting: number }[]>(
    `select count(*)::int as waiting from knowledge.document
     where owner_id = ? and id <> ? and status in ('QUEUED', 'EXTRACTING', 'EMBEDDING', 'INDEXING')`,
    [ownerId, documentId],
  );
  await queue.add(em, 'document.ingest', { documentId, knowledgeBaseId }, { group: ownerId, priority: -(row?.waiting ?? 0) });
}
