import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Collection, Hit } from '../../../../infra/vectors/vectors.ts';
import { collectionOf, readableIndex, type Space } from '../../vector-index/vector-indexes.ts';

/** Asks the index that is the one to ask, and once more when another took its place meanwhile. */
export async function askVectors(em: SqlEntityManager, space: Space, ask: (collection: Collection) => Promise<Hit[]>): Promise<Hit[]> {
  for (let asked: string | null = null; ;) {
    const index = await readableIndex(em, space);
    const collection = index && collectionOf(index);
    if (!collection || index.id === asked) return [];
    const hits = await ask(collection);
    if (hits.length > 0) return hits;
    asked = index.id;
  }
}
