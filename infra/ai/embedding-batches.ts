import { Failure } from '../../schema/errors.ts';

const MAX_TEXTS = 64;
const MAX_CHARACTERS = 100_000;

/** Cuts the texts into requests that every endpoint takes. */
export function toBatches(texts: string[]): string[][] {
  const batches: string[][] = [];
  let batch: string[] = [];
  let characters = 0;
  for (const text of texts) {
    if (batch.length === MAX_TEXTS || (batch.length > 0 && characters + text.length > MAX_CHARACTERS)) {
      batches.push(batch);
      batch = [];
      characters = 0;
    }
    // Endpoints refuse the empty text.
    batch.push(text.trim() === '' ? '.' : text);
    characters += text.length;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/** The vectors of a response in the order of the request, of unit length; `PROVIDER_BAD_RESPONSE` for anything else. */
export function toVectors(response: unknown, count: number): Float32Array[] {
  const data = (response as { data?: unknown } | null)?.data;
  if (!Array.isArray(data) || data.length !== count)
    throw bad(`The model provider sent ${Array.isArray(data) ? data.length : 'no'} vectors for ${count} texts.`);
  const vectors = new Array<Float32Array>(count);
  for (const [position, item] of (data as { index?: unknown; embedding?: unknown }[]).entries()) {
    const index = typeof item?.index === 'number' ? item.index : position;
    if (!Array.isArray(item?.embedding) || !(index in data) || vectors[index])
      throw bad('The model provider sent an embedding that is not one vector for each text.');
    vectors[index] = unitVector(item.embedding as number[]);
  }
  if (vectors.some((vector) => vector.length !== vectors[0]!.length)) throw bad('The model provider sent vectors of different lengths.');
  return vectors;
}

function unitVector(values: number[]): Float32Array {
  const vector = Float32Array.from(values);
  const length = Math.hypot(...vector);
  if (!(length > 0) || !Number.isFinite(length)) throw bad('The model provider sent a vector without a direction.');
  return vector.map((value) => value / length);
}

function bad(reason: string): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', { reason });
}
