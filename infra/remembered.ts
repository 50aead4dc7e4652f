import { createHash } from 'node:crypto';
import type { Ai } from './ai/ai.ts';
import type { Cache } from './cache/cache.ts';

/** A question is mostly asked again soon: the next page, the next try, the same in another knowledge base. */
const QUESTION_SECONDS = 3_600;

/**
 * Remembers the vectors of questions, which come one at a time and in the way of somebody who waits; of one text and
 * one model there is one vector. What workers embed comes in batches, can be aborted, and is asked once.
 */
export function rememberedAi(ai: Ai, cache: Cache): Ai {
  async function embedOne(text: string): Promise<Float32Array> {
    const question = createHash('sha256')
      .update(JSON.stringify([ai.embedding.model, text]))
      .digest('base64url');
    const kept = await cache.remember(`question:${question}`, QUESTION_SECONDS, async () => toText((await ai.embed([text]))[0]!));
    return toVector(kept);
  }
  return {
    models: () => ai.models(),
    chat: (request, signal) => ai.chat(request, signal),
    embed: async (texts, signal) =>
      texts.length === 1 && !signal && !ai.embedding.builtin ? [await embedOne(texts[0]!)] : ai.embed(texts, signal),
    get embedding() {
      return ai.embedding;
    },
  };
}

function toText(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

/** Into memory of its own: that of a small buffer begins anywhere, and numbers only at multiples of four. */
function toVector(text: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(text, 'base64')).buffer);
}
