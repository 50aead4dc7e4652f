import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Queue } from '../../../../infra/queue/queue.ts';

/**
 * Queues a document to be read, round robin over people: the more documents of its person are waiting, the later it
 * is its turn, so that one small file of somebody else does not wait behind a whole folder.
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
