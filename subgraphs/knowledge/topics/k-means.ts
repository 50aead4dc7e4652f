import { setImmediate } from 'node:timers/promises';
import { centroidOf, dot } from '../vector-index/centroid.ts';

const MAX_CLUSTERS = 12;
const MAX_ROUNDS = 12;
/** Points processed before yielding to the event loop. */
const POINTS_PER_TURN = 100;

/**
 * Clusters unit vectors by spherical k-means with k-means++ seeds (D. Arthur, S. Vassilvitskii, 2007) and returns the
 * centroids. The number of clusters maximises the simplified silhouette, which compares points with centroids.
 * Deterministic.
 */
export async function clusterCentroids(points: Float32Array[], signal: AbortSignal): Promise<Float32Array[]> {
  const most = Math.min(MAX_CLUSTERS, Math.floor(Math.sqrt(points.length)));
  let best = { centroids: points.length > 0 ? [centroidOf(points)!] : [], silhouette: 0 };
  for (let count = 2; count <= most; count += 1) {
    const centroids = await refine(points, await seed(points, count, signal), signal);
    const silhouette = await silhouetteOf(points, centroids, signal);
    if (silhouette > best.silhouette) best = { centroids, silhouette };
  }
  return best.centroids;
}

/** Returns the nearest centroid's index and its cosine similarity. */
export function nearestCentroid(point: Float32Array, centroids: Float32Array[], except = -1): { index: number; cosine: number } {
  let nearest = { index: -1, cosine: -Infinity };
  for (const [index, centroid] of centroids.entries()) {
    const cosine = dot(point, centroid);
    if (index !== except && cosine > nearest.cosine) nearest = { index, cosine };
  }
  return nearest;
}

/** Moves each centroid to the mean of its points until the assignment is stable. */
async function refine(points: Float32Array[], seeds: Float32Array[], signal: AbortSignal): Promise<Float32Array[]> {
  let centroids = seeds;
  let before: number[] = [];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const assigned: number[] = [];
    for (const [at, point] of points.entries()) {
      if (at % POINTS_PER_TURN === 0) await setImmediate(undefined, { signal });
      assigned.push(nearestCentroid(point, centroids).index);
    }
    if (assigned.every((index, at) => index === before[at])) break;
    before = assigned;
    const clusters = Map.groupBy(points.keys(), (at) => assigned[at]!);
    centroids = centroids.map((centroid, index) => centroidOf((clusters.get(index) ?? []).map((at) => points[at]!)) ?? centroid);
  }
  const used = new Set(before);
  return centroids.filter((_, index) => used.has(index));
}

/** Chooses seeds among the points with a probability that grows with the distance from earlier seeds. */
async function seed(points: Float32Array[], count: number, signal: AbortSignal): Promise<Float32Array[]> {
  const random = randomNumbers();
  const seeds = [points[Math.floor(random() * points.length)]!];
  const distances = points.map((point) => distance(point, seeds[0]!));
  while (seeds.length < count) {
    await setImmediate(undefined, { signal });
    const total = distances.reduce((sum, each) => sum + each, 0);
    let left = random() * total;
    let chosen = distances.findIndex((each) => (left -= each) < 0);
    if (chosen < 0) chosen = points.length - 1;
    seeds.push(points[chosen]!);
    points.forEach((point, index) => (distances[index] = Math.min(distances[index]!, distance(point, points[chosen]!))));
  }
  return seeds;
}

/** Computes the mean simplified silhouette: 1 if all points equal their centroid, 0 if they are halfway to the next. */
async function silhouetteOf(points: Float32Array[], centroids: Float32Array[], signal: AbortSignal): Promise<number> {
  if (centroids.length < 2) return 0;
  let sum = 0;
  for (const [index, point] of points.entries()) {
    if (index % POINTS_PER_TURN === 0) await setImmediate(undefined, { signal });
    const own = nearestCentroid(point, centroids);
    const next = nearestCentroid(point, centroids, own.index);
    const [near, far] = [1 - own.cosine, 1 - next.cosine];
    sum += far > 0 ? (far - near) / far : 0;
  }
  return sum / points.length;
}

function distance(left: Float32Array, right: Float32Array): number {
  return Math.max(0, 1 - dot(left, right)) ** 2;
}

/** Returns a linear congruential generator with a fixed seed, so that results are reproducible. */
function randomNumbers(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
