import { Failure } from '../../schema/errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Traces } from '../traces/traces.ts';
import type { Ai, ChatChunk, ChatRequest } from './ai.ts';

/** Counts provider calls by outcome and measures the time to the first chunk. */
export function instrumentedAi(ai: Ai, { metrics, traces }: { metrics: Metrics; traces: Traces }): Ai {
  async function counted<T>(call: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    let outcome = 'OK';
    try {
      return await traces.span(`provider ${call}`, { kind: 'client', attributes: {} }, work);
    } catch (error) {
      outcome = signal?.aborted ? 'STOPPED' : error instanceof Failure ? error.code : 'INTERNAL';
      throw error;
    } finally {
      metrics.count('parley_provider_calls_total', { call, outcome });
    }
  }

  /** The span of the generator lasts until its last chunk, represented by a promise. */
  async function* chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const finished = Promise.withResolvers<void>();
    const span = counted('chat', () => finished.promise, signal);
    span.catch(() => {});
    const began = performance.now();
    let isFirst = true;
    try {
      for await (const chunk of ai.chat(request, signal)) {
        if (isFirst) metrics.observe('parley_provider_first_chunk_seconds', (performance.now() - began) / 1000);
        isFirst = false;
        yield chunk;
      }
    } catch (error) {
      finished.reject(error);
      throw error;
    } finally {
      finished.resolve();
    }
  }

  return {
    chat,
    models: () => counted('models', () => ai.models()),
    embed: (texts, signal) => counted('embed', () => ai.embed(texts, signal), signal),
    get embedding() {
      return ai.embedding;
    },
  };
}
