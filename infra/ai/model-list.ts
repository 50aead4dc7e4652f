import { Failure } from '../../schema/errors.ts';
import type { ModelInfo } from './ai.ts';

/** Models that an endpoint lists beside those that answer. */
const NOT_CHAT = /embed|whisper|tts|dall-e|moderation|transcri|image|audio|realtime|rerank|sora|babbage|davinci/i;

export interface ModelListOptions {
  provider: string;
  defaultModel: string | undefined;
  embeddingModel: string | undefined;
}

/** What an endpoint lists, the default first. */
export function toModels(response: unknown, options: ModelListOptions): ModelInfo[] {
  const data = (response as { data?: unknown } | null)?.data;
  if (!Array.isArray(data))
    throw new Failure('PROVIDER_BAD_RESPONSE', { reason: 'The model provider sent something that is not a list of models.' });
  const ids = (data as { id?: unknown }[]).map((model) => model?.id).filter((id): id is string => typeof id === 'string' && id !== '');
  const listed = ids.filter((id) => !NOT_CHAT.test(id) && id !== options.embeddingModel);
  const first = options.defaultModel ?? listed[0];
  if (first === undefined) return [];
  return [...new Set([first, ...listed])].map((id) => toModel(id, id === first, options.provider));
}

export function toModel(id: string, isDefault: boolean, provider: string): ModelInfo {
  return { id, name: id, provider, isLanguageModel: true, supportsTools: true, isDefault };
}

/** Whose models they are, in a word that a person knows. */
export function providerName(baseUrl: string): string {
  const { hostname, host, port } = new URL(baseUrl);
  if (hostname === 'api.openai.com') return 'OpenAI';
  if (hostname === 'openrouter.ai') return 'OpenRouter';
  if (hostname.endsWith('.azure.com')) return 'Azure';
  return port === '11434' ? 'Ollama' : host;
}
