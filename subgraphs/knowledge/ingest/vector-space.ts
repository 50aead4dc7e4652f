import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Collection, Vectors } from '../../../infra/vectors/vectors.ts';

/** The vectors of one model: they are compared with each other and with no others. */
export function collectionOf(model: string, dimensions: number): Collection {
  return { name: model, dimensions };
}

/** Remembers that a space is in use, so that what is deleted is deleted there too. */
export async function rememberSpace(em: SqlEntityManager, { name, dimensions }: Collection): Promise<void> {
  await em.execute('insert into knowledge.vector_space (model, dimensions) values (?, ?) on conflict do nothing', [name, dimensions]);
}

/** Deletes vectors in every space that was ever in use. */
export async function forgetVectors(
  em: SqlEntityManager,
  vectors: Vectors,
  by: { documentId: string } | { tenant: string },
): Promise<void> {
  const spaces = await em.execute<{ model: string; dimensions: number }[]>('select model, dimensions from knowledge.vector_space');
  for (const { model, dimensions } of spaces) await vectors.deleteBy(collectionOf(model, dimensions), by);
}
