import { Failure } from '../../schema/errors.ts';

const MAX_TEXTS = 64;
const MAX_CHARACTERS = 100_000;

/** Splits the texts into requests of a size that every endpoint accepts. */
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
    // Endpoints reject an empty text.
    batch.push(text.trim() === '' ? '.' : text);
    characters += text.length;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/**
 * Returns the unit-length vectors of a response in the order of the request. Throws `PROVIDER_BAD_RESPONSE` for
 * anything else.
 */
export function toVectors(response: unknown, count: number): Float32Array[] {
  const items = itemsOf(response);
  if (items?.length !== count) throw bad(`The model provider sent ${items ? items.length : 'no'} vectors for ${count} texts.`);
  const vectors = inOrder(items).map(unitVector);
  if (vectors.some((vector) => vector.length !== vectors[0]!.length)) throw bad('The model provider sent vectors of different lengths.');
  return vectors;
}

interface Item {
  index?: unknown;
  embedding?: unknown;
}

/**
 * Finds the list of vectors: under `data` (OpenAI), under `embeddings` (Ollama, Cohere) or as the document (TEI,
 * llama.cpp).
 */
function itemsOf(response: unknown): Item[] | undefined {
  if (Array.isArray(response)) return isVector(response) ? [{ embedding: response }] : response.map(toItem);
  if (typeof response !== 'object' || response === null) return undefined;
  const { data, embeddings, embedding } = response as { data?: unknown; embeddings?: unknown; embedding?: unknown };
  if (Array.isArray(data)) return data.map(toItem);
  if (Array.isArray(embeddings)) return itemsOf(embeddings);
  if (typeof embeddings === 'object' && embeddings !== null) return itemsOf((embeddings as { float?: unknown }).float);
  return embedding === undefined ? undefined : [{ embedding }];
}

function toItem(item: unknown): Item {
  return typeof item === 'object' && item !== null && !Array.isArray(item) ? item : { embedding: item };
}

/** Sorts by index if the indexes are unique; some servers send the same one for all. */
function inOrder(items: Item[]): unknown[] {
  const places = items.map((item) => Number(item.index));
  const isNumbered =
    new Set(places).size === items.length && places.every((place) => Number.isInteger(place) && place >= 0 && place < items.length);
  const ordered = isNumbered ? items.toSorted((a, b) => Number(a.index) - Number(b.index)) : items;
  return ordered.map((item) => item.embedding);
}

function isVector(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'number');
}

/** Parses numbers, numbers as strings, or base64 of 32-bit floats; unwraps a list around a single vector. */
function numbersOf(embedding: unknown, depth = 0): Float32Array {
  if (typeof embedding === 'string') return fromBase64(embedding);
  if (Array.isArray(embedding) && embedding.length === 1 && depth < 3 && typeof embedding[0] === 'object')
    return numbersOf(embedding[0], depth + 1);
  if (!Array.isArray(embedding) || embedding.length === 0 || embedding.some((part) => typeof part === 'object' && part !== null))
    throw bad('The model provider sent an embedding that is not one vector for each text.');
  return Float32Array.from(embedding as number[]);
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw bad('The model provider sent an embedding that is not a vector.');
  return Float32Array.from({ length: bytes.length / 4 }, (_, place) => bytes.readFloatLE(place * 4));
}

function unitVector(embedding: unknown): Float32Array {
  const vector = numbersOf(embedding);
  const length = Math.hypot(...vector);
  if (!(length > 0) || !Number.isFinite(length)) throw bad('The model provider sent a vector without a direction.');
  return vector.map((value) => value / length);
}

function bad(reason: string): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', { reason });
}
