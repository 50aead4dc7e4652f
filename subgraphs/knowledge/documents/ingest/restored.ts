import type { SqlEntityManager } from '@mikro-orm/sql';
import { Document } from '../document.entity.ts';

/**
 * Vectors are in no backup. Without an index that says that it has them, the next start begins a new one from the
 * texts. A collection that the old rows named is not dropped: it may be another installation's.
 */
export async function forgetEmbeddings(em: SqlEntityManager): Promise<void> {
  await em.transactional(async (inner) => {
    await inner.execute('delete from knowledge.vector_index');
    await inner.nativeUpdate(Document, {}, { embeddingTarget: null, embeddedPassages: 0 });
  });
}
