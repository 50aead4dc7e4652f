import { createHash } from 'node:crypto';
import { Failure } from '../../schema/errors.ts';
import type { Ai, ChatChunk, ChatRequest } from './ai.ts';
import type { AiValues } from './open.ts';
import type { Cache } from '../cache/cache.ts';

/** Questions are usually repeated soon: for the next page, a retry, or another knowledge base. */
const QUESTION_SECONDS = 3_600;
const MODELS_SECONDS = 60;

/**
 * Caches the model list and the embeddings of single texts, i.e. of questions, which a user waits for. Batches are not
 * cached: workers embed each text once and can abort. `endpoint` is part of the key of the model list.
 */
export function cachedAi(ai: Ai, cache: Cache, { baseUrl, apiKey, model, embeddingModel }: AiValues): Ai {
  const modelsKey = `models:${digest([baseUrl, apiKey, model, embeddingModel])}`;

  async function embedOne(text: string): Promise<Float32Array> {
    const key = `question:${digest([ai.embedding.model, text])}`;
    const kept = await cache.getOrSet(key, QUESTION_SECONDS, async () => toText((await ai.embed([text]))[0]!));
    return toVector(kept);
  }

  async function* chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    try {
      yield* ai.chat(request, signal);
    } catch (error) {
      // The list contains a model that no longer exists.
      if (error instanceof Failure && error.code === 'MODEL_NOT_FOUND') await cache.delete(modelsKey);
      throw error;
    }
  }

  return {
    models: () => cache.getOrSet(modelsKey, MODELS_SECONDS, () => ai.models()),
    chat,
    embed: async (texts, signal) =>
      texts.length === 1 && !signal && !ai.embedding.builtin ? [await embedOne(texts[0]!)] : ai.embed(texts, signal),
    get embedding() {
      return ai.embedding;
    },
  };
}

function digest(parts: readonly (string | undefined)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function toText(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** Copies the bytes, since a pooled buffer may not be aligned to four bytes. */
function toVector(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
