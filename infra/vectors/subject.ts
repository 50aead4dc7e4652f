import type { Collection, Scope, Subject } from './vectors.ts';

/** So many vectors tell what a document is about; more would only cost. */
export const MEAN_OF = 500;

/** The scope without the subject itself. */
export function without({ tenants, limit, except = {} }: Scope, to: Subject): Scope {
  const { documentIds = [], ids = [] } = except;
  return {
    tenants,
    limit,
    except: 'id' in to ? { documentIds, ids: [...ids, to.id] } : { documentIds: [...documentIds, to.documentId], ids },
  };
}

/** The mean of vectors of one length; null of none. */
export function meanOf(vectors: ArrayLike<number>[]): Float32Array | null {
  if (vectors.length === 0) return null;
  const mean = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let axis = 0; axis < mean.length; axis += 1) mean[axis]! += vector[axis]! / vectors.length;
  return mean;
}

/** One vector of another length would make a whole space unusable, or be refused halfway. */
export function assertLengths({ name, dimensions }: Collection, vectors: Float32Array[]): void {
  const other = vectors.find(({ length }) => length !== dimensions);
  if (other) throw new RangeError(`A vector of ${other.length} numbers does not belong into "${name}", whose vectors have ${dimensions}.`);
}
