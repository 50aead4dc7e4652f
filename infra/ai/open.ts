import type { Ai } from './ai.ts';
import { Builtin } from './builtin.ts';
import { OpenAi } from './openai.ts';

const OPENAI_URL = 'https://api.openai.com/v1';

export interface AiValues {
  apiKey: string | undefined;
  baseUrl: string | undefined;
  model: string | undefined;
  embeddingModel: string | undefined;
  /** Idle timeout of the provider, in milliseconds. */
  idleMs: number;
  /** Called with the address that works instead of the configured one. */
  corrected?: (baseUrl: string) => void;
}

/** Returns the endpoint's adapter if a key or address is configured, else the built-in one. Does not connect yet. */
export function openAi(values: AiValues): Ai {
  const builtin = new Builtin();
  if (!values.apiKey && !values.baseUrl) return builtin;
  const endpoint = new OpenAi({ ...values, baseUrl: values.baseUrl ?? OPENAI_URL });
  if (values.embeddingModel) return endpoint;
  return {
    models: () => endpoint.models(),
    chat: (request, signal) => endpoint.chat(request, signal),
    embedding: builtin.embedding,
    embed: (texts, signal) => builtin.embed(texts, signal),
  };
}
