import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Ai } from '../../../infra/ai/ai.ts';
import type { Vectors } from '../../../infra/vectors/vectors.ts';
import { Document } from '../document.entity.ts';
import { Passage } from '../passage.entity.ts';
import { collectionOf, rememberSpace } from './vector-space.ts';

const PASSAGES_AT_ONCE = 32;

export interface EmbedOptions {
  ai: Ai;
  vectors: Vectors;
  signal: AbortSignal;
  /** Runs a piece of work in one transaction, or throws when the worker may not go on. */
  step<T>(body: (em: SqlEntityManager) => Promise<T>): Promise<T>;
  /** Hears how far it is, 0 to 1. */
  show(progress: number): Promise<void>;
}

/**
 * Makes the vectors of a document's passages in the space of the present model, a batch at a time; what an earlier
 * attempt has made for this model is not made again. Gives the name of the model.
 */
export async function embedPassages(document: Document, { ai, vectors, signal, step, show }: EmbedOptions): Promise<string> {
  const { model } = ai.embedding;
  for (;;) {
    signal.throwIfAborted();
    const { batch, done } = await step((em) => nextBatch(em, document.id, model));
    if (batch.length === 0) return model;
    await show(done / Math.max(1, document.passageCount));
    const made = await ai.embed(
      batch.map((passage) => embeddedText(document.name, passage)),
      signal,
    );
    const space = collectionOf(model, made[0]!.length);
    await step((em) => rememberSpace(em, space));
    await vectors.upsert(
      space,
      batch.map(({ id }, index) => ({ id, tenant: document.knowledgeBaseId, documentId: document.id, vector: made[index]! })),
    );
    await step((em) => em.nativeUpdate(Document, { id: document.id }, { embeddedPassages: done + batch.length }));
  }
}

/** A passage alone often does not say what it is about; its document and its headings do. */
export function embeddedText(documentName: string, { heading, text }: Pick<Passage, 'heading' | 'text'>): string {
  return `${titleOf(documentName)}\n${heading}\n${text}`;
}

/** The name without the ending that says what kind of file it is. */
export function titleOf(documentName: string): string {
  return documentName.replace(/\.[a-z0-9]{1,8}$/i, '');
}

/** The passages that come next. How far it is stands with the document: rows of passages are wide, and never rewritten. */
async function nextBatch(em: SqlEntityManager, documentId: string, model: string): Promise<{ batch: Passage[]; done: number }> {
  const document = await em.findOne(Document, { id: documentId });
  if (!document) return { batch: [], done: 0 };
  if (document.embeddingTarget !== model) {
    Object.assign(document, { embeddingTarget: model, embeddedPassages: 0 });
    await em.flush();
  }
  const done = document.embeddedPassages;
  const batch = await em.find(Passage, { documentId, position: { $gte: done } }, { orderBy: { position: 'asc' }, limit: PASSAGES_AT_ONCE });
  return { batch, done };
}
