import { setImmediate } from 'node:timers/promises';
import { centroidOf, dot } from '../vector-index/centroid.ts';

const MAX_CLUSTERS = 12;
const MAX_ROUNDS = 12;
/** Points looked at between two looks at the rest of the process. */
const AT_ONCE = 100;

/**
 * Groups directions by their angles: spherical k-means from k-means++ seeds (D. Arthur, S. Vassilvitskii, 2007). How many
 * groups there are is decided by the silhouette, in its simplified form that compares with centroids instead of all points.
 * The same points give the same groups. Gives the centroids.
 */
export async function clusterCentroids(points: Float32Array[], signal: AbortSignal): Promise<Float32Array[]> {
  const most = Math.min(MAX_CLUSTERS, Math.floor(Math.sqrt(points.length)));
  let best = { centroids: points.length > 0 ? [centroidOf(points)!] : [], silhouette: 0 };
  for (let count = 2; count <= most; count += 1) {
    const centroids = await settle(points, await seed(points, count, signal), signal);
    const silhouette = await silhouetteOf(points, centroids, signal);
    if (silhouette > best.silhouette) best = { centroids, silhouette };
  }
  return best.centroids;
}

/** The place of the centroid that is nearest, and its cosine. */
export function nearestCentroid(point: Float32Array, centroids: Float32Array[], except = -1): { place: number; cosine: number } {
  let nearest = { place: -1, cosine: -Infinity };
  for (const [place, centroid] of centroids.entries()) {
    const cosine = dot(point, centroid);
    if (place !== except && cosine > nearest.cosine) nearest = { place, cosine };
  }
  return nearest;
}

/** Moves each centroid into the middle of the points that are nearest to it, until nothing moves. */
async function settle(points: Float32Array[], seeds: Float32Array[], signal: AbortSignal): Promise<Float32Array[]> {
  let centroids = seeds;
  let before: number[] = [];
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const places: number[] = [];
    for (const [index, point] of points.entries()) {
      if (index % AT_ONCE === 0) await setImmediate(undefined, { signal });
      places.push(nearestCentroid(point, centroids).place);
    }
    if (places.every((place, index) => place === before[index])) break;
    before = places;
    const groups = Map.groupBy(points.keys(), (index) => places[index]!);
    centroids = centroids.map((centroid, place) => centroidOf((groups.get(place) ?? []).map((index) => points[index]!)) ?? centroid);
  }
  const used = new Set(before);
  return centroids.filter((_, place) => used.has(place));
}

/** Each seed is a point that is likely to be far from those before it. */
async function seed(points: Float32Array[], count: number, signal: AbortSignal): Promise<Float32Array[]> {
  const random = numbers();
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

/** How much nearer the points are to their own centroid than to the next: 1 when they stand on it, 0 when they stand between two. */
async function silhouetteOf(points: Float32Array[], centroids: Float32Array[], signal: AbortSignal): Promise<number> {
  if (centroids.length < 2) return 0;
  let sum = 0;
  for (const [index, point] of points.entries()) {
    if (index % AT_ONCE === 0) await setImmediate(undefined, { signal });
    const own = nearestCentroid(point, centroids);
    const next = nearestCentroid(point, centroids, own.place);
    const [near, far] = [1 - own.cosine, 1 - next.cosine];
    sum += far > 0 ? (far - near) / far : 0;
  }
  return sum / points.length;
}

function distance(left: Float32Array, right: Float32Array): number {
  return Math.max(0, 1 - dot(left, right)) ** 2;
}

/** Numbers in [0, 1) that look random and are always the same: a linear congruential generator. */
function numbers(): () => number {
  let state = 1;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
