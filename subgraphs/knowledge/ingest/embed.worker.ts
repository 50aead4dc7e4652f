import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Queue } from '../../../infra/queue/queue.ts';
import type { JobContext } from '../../context.ts';
import type { Ports } from '../../subgraph.ts';
import { Document } from '../document.entity.ts';
import { embedPassages } from './embedding.ts';
import { purgeDocument } from './purge.worker.ts';
import { collectionOf } from './vector-space.ts';

/** Gives a document that is ready new vectors after the embedding model was changed. Until then its words are searched alone. */
export async function embedDocument(
  { documentId }: { documentId: string },
  context: JobContext,
  ports: Pick<Ports, 'ai' | 'files' | 'vectors'>,
): Promise<void> {
  const { em, signal } = context;
  const document = await em.fork().findOne(Document, { id: documentId, status: 'READY', duplicateOf: null });
  if (!document) return;
  const step = <T>(body: (inner: SqlEntityManager) => Promise<T>) => em.fork().transactional(body);
  const model = await embedPassages(document, { ...ports, signal, step, show: async () => {} });
  const known = await em.fork().nativeUpdate(Document, { id: documentId }, { embeddingModel: model });
  if (known === 0) return purgeDocument({ documentId }, context, ports);
  await forgetOtherSpaces(em.fork(), ports.vectors, documentId, model);
}

/** Asks for new vectors of every document whose vectors are another model's. Adding a job twice does no harm. */
export async function renewEmbeddings(em: SqlEntityManager, queue: Queue, model: string): Promise<void> {
  await em.transactional(async (inner) => {
    const stale = await inner.find(
      Document,
      { status: 'READY', duplicateOf: null, $or: [{ embeddingModel: null }, { embeddingModel: { $ne: model } }] },
      { fields: ['id'] },
    );
    for (const { id } of stale) await queue.add(inner, 'document.embed', { documentId: id }, { singletonKey: id });
  });
}

async function forgetOtherSpaces(em: SqlEntityManager, vectors: Ports['vectors'], documentId: string, model: string): Promise<void> {
  const spaces = await em.execute<{ model: string; dimensions: number }[]>(
    'select model, dimensions from knowledge.vector_space where model <> ?',
    [model],
  );
  for (const space of spaces) await vectors.deleteBy(collectionOf(space.model, space.dimensions), { documentId });
}
