import { Failure } from '../../schema/errors.ts';
import type { ModelInfo } from './ai.ts';

/** Words in the names of listed models that are not chat models. */
const NOT_CHAT = new Set(
  'embed embedding embeddings whisper tts dall dalle moderation transcribe transcription image images audio realtime rerank reranker sora'.split(
    ' ',
  ),
);
const COMPLETION_ONLY = /^(text-)?(davinci|babbage|curie|ada)(-\d+)?$/;

export interface ModelListOptions {
  provider: string;
  defaultModel: string | undefined;
  embeddingModel: string | undefined;
}

/** Lists the models of an endpoint, default first. */
export function toModels(response: unknown, options: ModelListOptions): ModelInfo[] {
  const list = listOf(response);
  if (!list) throw new Failure('PROVIDER_BAD_RESPONSE', { reason: 'The model provider sent something that is not a list of models.' });
  const ids = list.map(idOf).filter((id): id is string => typeof id === 'string' && id !== '');
  const listed = ids.filter((id) => isChat(id) && id !== options.embeddingModel);
  const first = options.defaultModel ?? listed[0];
  if (first === undefined) return [];
  return [...new Set([first, ...listed])].map((id) => toModel(id, id === first, options.provider));
}

/** Finds the list: under `data` (OpenAI), under `models` (Ollama, Cohere) or as the document (Together). */
function listOf(response: unknown): unknown[] | undefined {
  if (Array.isArray(response)) return response;
  const { data, models } = (response ?? {}) as { data?: unknown; models?: unknown };
  return [data, models].find((list): list is unknown[] => Array.isArray(list));
}

function idOf(model: unknown): unknown {
  if (typeof model !== 'object' || model === null) return model;
  const { id, model: tag, name } = model as Record<string, unknown>;
  return id ?? tag ?? name;
}

function isChat(id: string): boolean {
  const words = id.toLowerCase().split(/[^a-z0-9]+/);
  return !words.some((word) => NOT_CHAT.has(word)) && !COMPLETION_ONLY.test(id);
}

export function toModel(id: string, isDefault: boolean, provider: string): ModelInfo {
  return { id, name: id, provider, isLanguageModel: true, supportsTools: true, isDefault };
}

const PROVIDERS: [RegExp, string][] = [
  [/(^|\.)openai\.com$/, 'OpenAI'],
  [/(^|\.)openrouter\.ai$/, 'OpenRouter'],
  [/\.azure\.com$/, 'Azure'],
  [/(^|\.)googleapis\.com$/, 'Google'],
  [/(^|\.)mistral\.ai$/, 'Mistral'],
  [/(^|\.)deepseek\.com$/, 'DeepSeek'],
  [/(^|\.)groq\.com$/, 'Groq'],
  [/(^|\.)together\.(xyz|ai)$/, 'Together'],
  [/(^|\.)anthropic\.com$/, 'Anthropic'],
  [/(^|\.)cohere\.(com|ai)$/, 'Cohere'],
  [/(^|\.)fireworks\.ai$/, 'Fireworks'],
  [/(^|\.)x\.ai$/, 'xAI'],
  [/(^|\.)huggingface\.co$/, 'Hugging Face'],
  [/(^|\.)nvidia\.com$/, 'NVIDIA'],
  [/(^|\.)perplexity\.ai$/, 'Perplexity'],
  [/(^|\.)cerebras\.ai$/, 'Cerebras'],
];
const LOCAL_PORTS: Record<string, string> = { '11434': 'Ollama', '1234': 'LM Studio' };

/** Returns the provider's name for people, who may not know a host name. */
export function providerName(baseUrl: string): string {
  const { hostname, port } = new URL(baseUrl);
  return PROVIDERS.find(([host]) => host.test(hostname))?.[1] ?? LOCAL_PORTS[port] ?? 'Own model server';
}
