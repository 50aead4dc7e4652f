/** Returns the normalised mean of unit vectors: zero if they cancel out, null if there are none. */
export function centroidOf(vectors: Float32Array[]): Float32Array | null {
  if (vectors.length === 0) return null;
  const sum = new Float32Array(vectors[0]!.length);
  for (const vector of vectors) for (let axis = 0; axis < sum.length; axis += 1) sum[axis]! += vector[axis]!;
  const length = Math.sqrt(dot(sum, sum));
  return length > 0 ? sum.map((value) => value / length) : sum;
}

/** Computes the dot product, which is the cosine similarity of unit vectors. */
export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < left.length; axis += 1) sum += left[axis]! * right[axis]!;
  return sum;
}
