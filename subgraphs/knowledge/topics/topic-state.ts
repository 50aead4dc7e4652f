import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Queue } from '../../../infra/queue/queue.ts';

/** The debounce delay, so that an uploaded folder causes one computation. */
const AFTER_SECONDS = 2;

/** Queues a computation of the topics. Runs inside the transaction that changes the documents. */
export async function renewTopics(em: SqlEntityManager, queue: Queue, knowledgeBaseId: string): Promise<void> {
  await queue.add(em, 'topics.compute', { knowledgeBaseId }, { startAfterSeconds: AFTER_SECONDS });
}

/** Queues a computation for all knowledge bases after the vectors were replaced. */
export async function renewAllTopics(em: SqlEntityManager, queue: Queue): Promise<void> {
  const rows = await em.execute<{ id: string }[]>(`select distinct knowledge_base_id as id from knowledge.document where status = 'READY'`);
  for (const { id } of rows) await renewTopics(em, queue, id);
}

/** Computes a fingerprint of the input of topics: the searchable documents and the active vectors. */
export async function fingerprintsOf(em: SqlEntityManager, knowledgeBaseIds: string[]): Promise<Map<string, string>> {
  const rows = await em.execute<{ id: string; fingerprint: string }[]>(
    `select k.id, md5(coalesce(string_agg(d.id::text, ',' order by d.id), '')
       || coalesce((select id::text from knowledge.vector_index where state = 'ACTIVE'), '')) as fingerprint
     from knowledge.knowledge_base k
     left join knowledge.document d on d.knowledge_base_id = k.id and d.status = 'READY' and d.duplicate_of is null
     where k.id in (${knowledgeBaseIds.map(() => '?').join(', ')}) group by k.id`,
    knowledgeBaseIds,
  );
  return new Map(rows.map((row) => [row.id, row.fingerprint]));
}
