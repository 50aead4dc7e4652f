import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Queue } from '../../../infra/queue/queue.ts';
import type { Vectors } from '../../../infra/vectors/vectors.ts';
import { Failure } from '../../../schema/errors.ts';
import type { JobContext } from '../../framework/context.ts';
import type { Ports } from '../../framework/subgraph.ts';
import { Document } from '../documents/document.entity.ts';
import { VectorIndex } from './vector-index.entity.ts';
import { beginIndex, collectionOf, failIndex, lockPointer, PLATFORM, writableIndexes, type Space } from './vector-indexes.ts';

/** The seconds without a heartbeat after which another worker continues the build. */
const SILENT_SECONDS = 15;

/** Starts a new index, at process start, if the embedding model was changed or the vectors were lost. */
export async function renewIndex(em: SqlEntityManager, { ai, queue, vectors }: Pick<Ports, 'ai' | 'queue' | 'vectors'>): Promise<void> {
  const { model } = ai.embedding;
  const lost = await lostIndex(em, vectors);
  await em.transactional(async (inner) => {
    await lockPointer(inner);
    for (const { id } of await inner.find(VectorIndex, { state: { $in: ['RETIRED', 'FAILED'] }, droppedAt: null }))
      await queue.add(inner, 'vectorIndex.drop', { indexId: id });
    const active = await inner.findOne(VectorIndex, { state: 'ACTIVE' });
    const building = await inner.findOne(VectorIndex, { state: 'BUILDING' });
    if (active?.model === model && building && building.model !== model)
      await failIndex(inner, queue, building, 'The embedding model was changed back.');
    if ((active?.model === model && active.id !== lost) || building?.model === model) return;
    if (active || building || (await inner.count(Document, { status: 'READY' })) > 0) await beginIndex(inner, queue, model, PLATFORM);
  });
}

/**
 * Returns the active index if its collection is empty: the database was restored and the vectors, on a server of their
 * own, were lost. Checks the oldest document, because later ones may have been indexed since.
 */
async function lostIndex(em: SqlEntityManager, vectors: Vectors): Promise<string | null> {
  const index = await em.fork().findOne(VectorIndex, { state: 'ACTIVE' });
  const collection = index && collectionOf(index);
  const [oldest] = await em.execute<{ tenant: string }[]>(
    `select knowledge_base_id as tenant from knowledge.document
     where status = 'READY' and duplicate_of is null and passage_count > 0 order by id limit 1`,
  );
  if (!collection || !oldest) return null;
  try {
    for await (const _ of vectors.scan(collection, oldest.tenant)) return null;
    return index.id;
  } catch (error) {
    // An unavailable vector server has not lost its data.
    if (error instanceof Failure && error.retryable) return null;
    throw error;
  }
}

/** Starts a new index if the embedding model now returns vectors of another length. */
export async function renewSpace(em: SqlEntityManager, queue: Queue, { model, dimensions }: Required<Space>): Promise<void> {
  const replaced = { state: 'ACTIVE', model, dimensions: { $ne: dimensions } } as const;
  if ((await em.count(VectorIndex, replaced)) === 0) return;
  await em.transactional((inner) => writableIndexes(inner, queue, { model, dimensions }));
}

/** Requeues the build of an index whose worker died or waits for an unavailable provider. */
export async function resumeBuilding(em: SqlEntityManager, { queue }: { queue: Queue }): Promise<void> {
  const silent = `state = 'BUILDING' and beat_at < now() - interval '${SILENT_SECONDS} seconds'`;
  const [waiting] = await em.execute<unknown[]>(`select 1 from knowledge.vector_index where ${silent}`);
  if (!waiting) return;
  await em.transactional(async (inner) => {
    const freed = await inner.execute<{ id: string }[]>(`update knowledge.vector_index set beat_at = now() where ${silent} returning id`);
    for (const { id } of freed) await queue.add(inner, 'vectorIndex.build', { indexId: id });
  });
}

/** Removes the vectors of a retired index. */
export async function dropIndex({ indexId }: { indexId: string }, { em }: JobContext, { vectors }: Pick<Ports, 'vectors'>): Promise<void> {
  const index = await em.fork().findOne(VectorIndex, { id: indexId, state: { $in: ['RETIRED', 'FAILED'] }, droppedAt: null });
  if (!index) return;
  const collection = collectionOf(index);
  if (collection) await vectors.drop(collection);
  await em.fork().transactional(async (inner) => {
    await inner.execute('delete from knowledge.vector_index_document where index_id = ?', [indexId]);
    await inner.nativeUpdate(VectorIndex, { id: indexId }, { droppedAt: new Date() });
  });
}
