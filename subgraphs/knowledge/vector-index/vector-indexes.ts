import type { SqlEntityManager } from '@mikro-orm/sql';
import { newId } from '../../../infra/id.ts';
import type { Queue } from '../../../infra/queue/queue.ts';
import type { Collection, Hit, Vectors } from '../../../infra/vectors/vectors.ts';
import type { Actor } from '../../../schema/viewer.ts';
import { Document, SEARCHABLE } from '../documents/document.entity.ts';
import { VectorIndex, type IndexState } from './vector-index.entity.ts';

/** The advisory lock of transactions that change the set of indexes or complete a document in one. */
const POINTER_LOCK = 0x69_6e_64_65;
export const PLATFORM: Actor = { userId: null, sessionId: null, requestId: 'reindex' };

/** A vector space. Without `dimensions`, the number that the model returns. */
export interface Space {
  model: string;
  dimensions?: number;
}

export async function lockPointer(em: SqlEntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(${POINTER_LOCK})`);
}

/** Returns null before the first vector: there is no collection yet. */
export function collectionOf({ collection, dimensions }: VectorIndex): Collection | null {
  return dimensions === null ? null : { name: collection, dimensions };
}

/**
 * Returns the index that answers queries in this space: the active one, else the one being built; null if neither
 * matches.
 */
export async function readableIndex(em: SqlEntityManager, space: Space): Promise<VectorIndex | null> {
  return readableOf(fitting(await openIndexes(em), space));
}

export function readableOf(indexes: VectorIndex[]): VectorIndex | null {
  return indexes.find(({ state }) => state === 'ACTIVE') ?? indexes[0] ?? null;
}

/** Returns true if all searchable passages of a knowledge base, with their words, have been in the index for `forMs`. */
export async function holdsAll(em: SqlEntityManager, index: VectorIndex, knowledgeBaseId: string, forMs: number): Promise<boolean> {
  const since = new Date(Date.now() - forMs);
  if (!index.finishedAt || index.finishedAt > since) return false;
  const [missing] = await em.execute<unknown[]>(
    `select 1 from knowledge.document d where knowledge_base_id = ? and status in (${SEARCHABLE.map(() => '?').join(', ')})
     and passage_count > 0 and duplicate_of is null and (updated_at > ?
       or not exists (select 1 from knowledge.vector_index_document where index_id = ? and document_id = d.id and done and words)) limit 1`,
    [knowledgeBaseId, ...SEARCHABLE, since, index.id],
  );
  return !missing;
}

/**
 * Returns the indexes for vectors of this space. Creates one if none matches; the first becomes active immediately,
 * others have to be built.
 */
export async function writableIndexes(em: SqlEntityManager, queue: Queue, space: Required<Space>): Promise<VectorIndex[]> {
  const known = fitting(await openIndexes(em), space);
  if (known.length > 0 && known.every(({ dimensions }) => dimensions !== null)) return known;
  await lockPointer(em);
  const open = await openIndexes(em);
  const found = fitting(open, space);
  if (found.length === 0)
    found.push(open.length === 0 ? make(em, space.model, 'ACTIVE') : await beginIndex(em, queue, space.model, PLATFORM));
  for (const index of found) index.dimensions = space.dimensions;
  await em.flush();
  return found;
}

/**
 * Creates an index beside the active one and abandons a build for another model. Runs inside the caller's transaction
 * and takes the advisory lock.
 */
export async function beginIndex(em: SqlEntityManager, queue: Queue, model: string, actor: Actor): Promise<VectorIndex> {
  await lockPointer(em);
  const building = await em.findOne(VectorIndex, { state: 'BUILDING' });
  if (building) await failIndex(em, queue, building, 'The embedding model was changed again.');
  const index = make(em, model, 'BUILDING');
  await em.flush();
  await queue.emit(em, 'vectorIndex.requested', { vectorIndexId: index.id, model }, actor);
  await queue.add(em, 'vectorIndex.build', { indexId: index.id });
  return index;
}

/** Marks the build as failed; the active index remains. Runs inside the caller's transaction. */
export async function failIndex(em: SqlEntityManager, queue: Queue, index: VectorIndex, reason: string): Promise<void> {
  Object.assign(index, { state: 'FAILED', failure: reason, finishedAt: new Date() });
  await em.flush();
  await queue.emit(em, 'vectorIndex.failed', { vectorIndexId: index.id, model: index.model, reason }, PLATFORM);
  await queue.add(em, 'vectorIndex.drop', { indexId: index.id });
}

/** Deletes vectors in every index that still has any. */
export async function deleteVectors(
  em: SqlEntityManager,
  vectors: Vectors,
  by: { tenant: string } | { tenant: string; documentId: string },
): Promise<void> {
  for (const index of await em.find(VectorIndex, { droppedAt: null })) {
    const collection = collectionOf(index);
    if (collection) await vectors.deleteBy(collection, by);
  }
  // Documents in progress are checked by their worker when they are complete.
  if ('documentId' in by) await em.execute('delete from knowledge.vector_index_document where document_id = ? and done', [by.documentId]);
}

/** Queries the readable index of a space, and retries once if another one replaced it meanwhile. */
export async function queryVectors(em: SqlEntityManager, space: Space, ask: (collection: Collection) => Promise<Hit[]>): Promise<Hit[]> {
  for (let asked: string | null = null; ;) {
    const index = await readableIndex(em, space);
    const collection = index && collectionOf(index);
    if (!collection || index.id === asked) return [];
    const hits = await ask(collection);
    if (hits.length > 0) return hits;
    asked = index.id;
  }
}

/**
 * Deletes the index rows of a restored backup, which contains no vectors; the next start builds a new index. The
 * collections themselves are kept: they may belong to another installation.
 */
export async function forgetEmbeddings(em: SqlEntityManager): Promise<void> {
  await em.transactional(async (inner) => {
    await inner.execute('delete from knowledge.vector_index');
    await inner.nativeUpdate(Document, {}, { embeddingTarget: null, embeddedPassages: 0 });
  });
}

function openIndexes(em: SqlEntityManager): Promise<VectorIndex[]> {
  return em.find(VectorIndex, { state: { $in: ['ACTIVE', 'BUILDING'] } }, { refresh: true });
}

function fitting(indexes: VectorIndex[], { model, dimensions }: Space): VectorIndex[] {
  return indexes.filter((index) => index.model === model && (index.dimensions ?? dimensions) === (dimensions ?? index.dimensions));
}

function make(em: SqlEntityManager, model: string, state: IndexState): VectorIndex {
  const [id, now] = [newId(), new Date()];
  return em.create(VectorIndex, {
    id,
    collection: `${model}/${id}`,
    model,
    dimensions: null,
    state,
    failure: null,
    faults: 0,
    beatAt: now,
    createdAt: now,
    finishedAt: state === 'ACTIVE' ? now : null,
    droppedAt: null,
  });
}
