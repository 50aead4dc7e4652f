import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Ai } from '../../../../infra/ai/ai.ts';
import type { Queue } from '../../../../infra/queue/queue.ts';
import type { IndexedItem, Vectors } from '../../../../infra/vectors/vectors.ts';
import { Document } from '../document.entity.ts';
import { Passage } from '../../passages/passage.entity.ts';
import { VectorIndex } from '../../vector-index/vector-index.entity.ts';
import { collectionOf, lockPointer, readableIndex, readableOf, writableIndexes } from '../../vector-index/vector-indexes.ts';
import { TITLE_WEIGHT } from '../../passages/search/bm25.ts';
import { passageTerms } from '../../passages/search/words.ts';

export const PASSAGES_AT_ONCE = 32;

export interface EmbedOptions {
  ai: Ai;
  queue: Queue;
  vectors: Vectors;
  signal: AbortSignal;
  /** Runs a step in a transaction; throws if the lease is lost. */
  step<T>(body: (em: SqlEntityManager) => Promise<T>): Promise<T>;
  /** Publishes the progress, 0 to 1. */
  show(progress: number): Promise<void>;
}

/**
 * Embeds a document's passages in batches, and upserts the vectors into every open index that has them from the first
 * passage on. Resumes after the last stored batch.
 */
export async function embedPassages(document: Document, { ai, queue, vectors, signal, step, show }: EmbedOptions): Promise<void> {
  const { id, name } = document;
  for (;;) {
    signal.throwIfAborted();
    const { batch, done, targets } = await step((em) => nextBatch(em, id));
    if (batch.length === 0) return;
    await show(done / Math.max(1, document.passageCount));
    const made = await ai.embed(
      batch.map((passage) => embeddedText(name, passage)),
      signal,
    );
    const open = await step((em) => writableIndexes(em, queue, { model: ai.embedding.model, dimensions: made[0]!.length }));
    const own = done === 0 ? open : open.filter((index) => targets.includes(index.id));
    if (!own.includes(readableOf(open)!)) {
      await step((em) => em.nativeUpdate(Document, { id }, { embeddedPassages: 0 }));
      continue;
    }
    const items = itemsOf(document, batch, made, vectors);
    for (const index of own) await vectors.upsert(collectionOf(index)!, items);
    const embeddingTarget = own.map((index) => index.id).join(' ');
    await step((em) => em.nativeUpdate(Document, { id }, { embeddedPassages: done + batch.length, embeddingTarget }));
  }
}

/**
 * Records the indexes in which the document is complete. Returns false if another index became the readable one and the
 * document must be embedded again. Runs inside the transaction that makes it ready.
 */
export async function settleIndexes(em: SqlEntityManager, document: Document, model: string, { isApart }: Vectors): Promise<boolean> {
  if (document.passageCount === 0) return true;
  await lockPointer(em);
  const targets = await em.find(VectorIndex, { id: { $in: targetsOf(document) }, model, state: { $in: ['ACTIVE', 'BUILDING'] } });
  const dimensions = targets[0]?.dimensions;
  const asked = dimensions ? await readableIndex(em, { model, dimensions }) : null;
  if (!asked || !targets.includes(asked)) {
    document.embeddedPassages = 0;
    return false;
  }
  for (const { id } of targets) {
    await em.execute(
      `insert into knowledge.vector_index_document (index_id, document_id, knowledge_base_id, done, words) values (?, ?, ?, true, ?)
       on conflict (index_id, document_id) do update set done = true, words = excluded.words`,
      [id, document.id, document.knowledgeBaseId, isApart],
    );
  }
  return true;
}

/**
 * Builds the items of an index. An index on a server of its own also gets the words; in the database they are columns
 * of the passage.
 */
export function itemsOf(
  { id, name, knowledgeBaseId }: Document,
  passages: Passage[],
  made: Float32Array[],
  { isApart }: Vectors,
): IndexedItem[] {
  return passages.map((passage, index) => ({
    id: passage.id,
    tenant: knowledgeBaseId,
    documentId: id,
    vector: made[index]!,
    ...(isApart ? { words: indexedWords(name, passage) } : {}),
  }));
}

function indexedWords(documentName: string, passage: Passage): string[] {
  const { title, body } = passageTerms(documentName, passage);
  return [...body, ...Array.from({ length: TITLE_WEIGHT }, () => title).flat()];
}

/** Prepends the document's title and the headings, because a passage alone often lacks its subject. */
export function embeddedText(documentName: string, { heading, text }: Pick<Passage, 'heading' | 'text'>): string {
  return `${titleOf(documentName)}\n${heading}\n${text}`;
}

/** Returns the document's name without its extension. */
export function titleOf(documentName: string): string {
  return documentName.replace(/\.[a-z0-9]{1,8}$/i, '');
}

/** Loads the next batch. The progress is stored with the document, because passage rows are wide and never updated. */
async function nextBatch(em: SqlEntityManager, documentId: string): Promise<{ batch: Passage[]; done: number; targets: string[] }> {
  const document = await em.findOne(Document, { id: documentId });
  if (!document) return { batch: [], done: 0, targets: [] };
  const done = document.embeddedPassages;
  const batch = await em.find(Passage, { documentId, position: { $gte: done } }, { orderBy: { position: 'asc' }, limit: PASSAGES_AT_ONCE });
  return { batch, done, targets: targetsOf(document) };
}

function targetsOf({ embeddingTarget }: Document): string[] {
  return embeddingTarget?.split(' ') ?? [];
}
