import type { Ai } from './ai.ts';
import { Builtin } from './builtin.ts';
import { OpenAi } from './openai.ts';

const OPENAI_URL = 'https://api.openai.com/v1';

export interface AiValues {
  apiKey: string | undefined;
  baseUrl: string | undefined;
  model: string | undefined;
  embeddingModel: string | undefined;
  /** After this silence a provider has failed, in milliseconds. */
  idleMs: number;
  /** Told the address that works where the configured one does not. */
  corrected?: (baseUrl: string) => void;
}

/** The endpoint where one is configured by key or address, else what needs nothing. Connects to nobody yet. */
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
