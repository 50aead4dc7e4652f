import type { Collection, Scope, Subject } from './vectors.ts';

/** Number of vectors that represent a document; more would not improve the mean. */
export const MEAN_OF = 500;

/** Returns the scope without the subject. */
export function without({ tenants, limit, except = {} }: Scope, to: Subject): Scope {
  const { documentIds = [], ids = [] } = except;
  return {
    tenants,
    limit,
    except: 'id' in to ? { documentIds, ids: [...ids, to.id] } : { documentIds: [...documentIds, to.documentId], ids },
  };
}

/** Returns the mean of vectors of equal dimension, or null if there are none. */
export function meanOf(vectors: ArrayLike<number>[]): Float32Array | null {
  if (vectors.length === 0) return null;
  const mean = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let axis = 0; axis < mean.length; axis += 1) mean[axis]! += vector[axis]! / vectors.length;
  return mean;
}

/** Throws if dimensions differ: such a vector would make the collection unusable, or be rejected halfway. */
export function assertLengths({ name, dimensions }: Collection, vectors: Float32Array[]): void {
  const other = vectors.find(({ length }) => length !== dimensions);
  if (other) throw new RangeError(`A vector of ${other.length} numbers does not belong into "${name}", whose vectors have ${dimensions}.`);
}
