import type { SqlEntityManager } from '@mikro-orm/sql';
import { Failure } from '../../../schema/errors.ts';
import type { JobContext } from '../../framework/context.ts';
import type { Ports } from '../../framework/subgraph.ts';
import { Document } from '../documents/document.entity.ts';
import { embeddedText, itemsOf, PASSAGES_AT_ONCE } from '../documents/ingest/embedding.ts';
import { Passage } from '../passages/passage.entity.ts';
import { renewAllTopics } from '../topics/topic-state.ts';
import { VectorIndex } from './vector-index.entity.ts';
import { collectionOf, failIndex, lockPointer, PLATFORM } from './vector-indexes.ts';

type BuildPorts = Pick<Ports, 'ai' | 'queue' | 'vectors'>;

const BEAT_MS = 4_000;
/** The maximum unexpected errors of a build. */
const MAX_FAULTS = 3;

/** Thrown if the index was abandoned during the build. */
class BuildAbandoned extends Error {}

/**
 * Builds an index from the texts, document by document, and activates it. Idempotent and resumable, even if two workers
 * run at the same time.
 */
export async function buildIndex({ indexId }: { indexId: string }, context: JobContext, ports: BuildPorts): Promise<void> {
  const { em, log, signal } = context;
  const index = await em.fork().findOne(VectorIndex, { id: indexId, state: 'BUILDING' });
  // An index of another model is built by processes with that model.
  if (index?.model !== ports.ai.embedding.model) return;
  const beat = () => beatOf(em.fork(), indexId);
  const timer = setInterval(() => void beat().catch(() => undefined), BEAT_MS);
  try {
    await beat();
    await deleteOrphanedVectors(em, index, ports);
    for (;;) {
      signal.throwIfAborted();
      const document = await nextDocument(em.fork(), indexId, ports);
      if (document) await addDocument(index, document, { ...context, beat }, ports);
      else if (await activate(em, index, ports)) return;
    }
  } catch (error) {
    if (error instanceof BuildAbandoned || signal.aborted) return;
    log.warn({ err: error, indexId }, 'building a vector index broke off');
    await recordFailure(em, indexId, error, ports);
  } finally {
    clearInterval(timer);
  }
}

async function addDocument(
  index: VectorIndex,
  document: Document,
  { em, signal, beat }: JobContext & { beat(): Promise<void> },
  { ai, vectors }: BuildPorts,
): Promise<void> {
  const { id: documentId, knowledgeBaseId } = document;
  await em.execute(
    `insert into knowledge.vector_index_document (index_id, document_id, knowledge_base_id, done) values (?, ?, ?, false)
     on conflict do nothing`,
    [index.id, documentId, knowledgeBaseId],
  );
  for (let from = 0; ; from += PASSAGES_AT_ONCE) {
    const position = { $gte: from, $lt: from + PASSAGES_AT_ONCE };
    const batch = await em.fork().find(Passage, { documentId, position }, { orderBy: { position: 'asc' } });
    if (batch.length === 0) break;
    const made = await ai.embed(
      batch.map((passage) => embeddedText(document.name, passage)),
      signal,
    );
    await recordDimensions(em.fork(), index, made[0]!.length);
    await beat();
    await vectors.upsert(collectionOf(index)!, itemsOf(document, batch, made, vectors));
  }
  const [done] = await em.execute<unknown[]>(
    `update knowledge.vector_index_document set done = true, words = ? where index_id = ? and document_id = ?
     and exists (select 1 from knowledge.document where id = document_id) returning 1`,
    [vectors.isApart, index.id, documentId],
  );
  if (!done) await deleteOrphanedVectors(em, index, { vectors });
}

/** Removes the vectors of documents that were deleted during the build. */
async function deleteOrphanedVectors(em: SqlEntityManager, index: VectorIndex, { vectors }: Pick<BuildPorts, 'vectors'>): Promise<void> {
  const rows = await em.execute<{ documentId: string; tenant: string }[]>(
    `select document_id as "documentId", knowledge_base_id as tenant from knowledge.vector_index_document i where index_id = ? and not done
     and not exists (select 1 from knowledge.document where id = i.document_id)`,
    [index.id],
  );
  const collection = collectionOf(index);
  for (const { documentId, tenant } of rows) {
    if (collection) await vectors.deleteBy(collection, { tenant, documentId });
    await em.execute('delete from knowledge.vector_index_document where index_id = ? and document_id = ?', [index.id, documentId]);
  }
}

async function nextDocument(em: SqlEntityManager, indexId: string, { vectors }: Pick<BuildPorts, 'vectors'>): Promise<Document | null> {
  const [row] = await em.execute<{ id: string }[]>(
    `select id from knowledge.document d where status = 'READY' and duplicate_of is null
     and not exists (select 1 from knowledge.vector_index_document where index_id = ? and document_id = d.id and done and words = ?)
     order by id limit 1`,
    [indexId, vectors.isApart],
  );
  return row ? em.findOne(Document, { id: row.id }) : null;
}

/**
 * Activates the index. Returns false while a document is missing; a worker that completes a document takes the same
 * lock, so none is missed.
 */
async function activate(em: SqlEntityManager, { id }: VectorIndex, { queue, vectors }: BuildPorts): Promise<boolean> {
  return em.fork().transactional(async (inner) => {
    await lockPointer(inner);
    const index = await inner.findOne(VectorIndex, { id, state: 'BUILDING' });
    if (!index) throw new BuildAbandoned();
    if (await nextDocument(inner, id, { vectors })) return false;
    const old = await inner.findOne(VectorIndex, { state: 'ACTIVE' });
    if (old) {
      Object.assign(old, { state: 'RETIRED', finishedAt: new Date() });
      await inner.flush();
      await queue.add(inner, 'vectorIndex.drop', { indexId: old.id });
    }
    Object.assign(index, { state: 'ACTIVE', failure: null, finishedAt: new Date() });
    await inner.flush();
    await renewAllTopics(inner, queue);
    await queue.emit(inner, 'vectorIndex.activated', { vectorIndexId: id, model: index.model }, PLATFORM);
    return true;
  });
}

async function beatOf(em: SqlEntityManager, indexId: string): Promise<void> {
  const known = await em.nativeUpdate(VectorIndex, { id: indexId, state: 'BUILDING' }, { beatAt: new Date() });
  if (known === 0) throw new BuildAbandoned();
}

async function recordDimensions(em: SqlEntityManager, index: VectorIndex, dimensions: number): Promise<void> {
  if (index.dimensions === dimensions) return;
  if (index.dimensions !== null)
    throw new Failure('PROVIDER_BAD_RESPONSE', { reason: 'The embedding model changed the length of its vectors.' });
  await em.execute('update knowledge.vector_index set dimensions = coalesce(dimensions, ?) where id = ?', [dimensions, index.id]);
  index.dimensions = (await em.findOneOrFail(VectorIndex, { id: index.id })).dimensions;
  await recordDimensions(em, index, dimensions);
}

/** Schedules a retry after a temporary failure. Any other failure ends the build, and the active index remains. */
async function recordFailure(em: SqlEntityManager, id: string, error: unknown, { queue }: BuildPorts): Promise<void> {
  const expected = error instanceof Failure;
  await em.fork().transactional(async (inner) => {
    await lockPointer(inner);
    const index = await inner.findOne(VectorIndex, { id, state: 'BUILDING' });
    if (!index) return;
    index.failure = expected ? error.message : 'The build failed because of an internal error.';
    if (!expected) index.faults += 1;
    if ((expected && !error.retryable) || index.faults >= MAX_FAULTS) await failIndex(inner, queue, index, index.failure);
  });
}
