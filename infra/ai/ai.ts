import type { Failure } from '../../schema/errors.ts';

/** The seam to language and embedding models. One adapter per kind of endpoint; faults end as `Failure('PROVIDER_…')`. */
export interface Ai {
  /** What is really available at the configured endpoint. */
  models(): Promise<ModelInfo[]>;
  /**
   * Streams one answer. The last chunk is always `finish`; a stream that ends without one throws.
   * Aborting `signal` aborts the provider's request and ends the iteration with an AbortError.
   */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatChunk>;
  embedding: EmbeddingInfo;
  /** One unit-length vector per text, in order. */
  embed(texts: string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

export interface ModelInfo {
  id: string;
  name: string;
  provider: string;
  /** False for `builtin`, which quotes passages and never pretends to be a language model. */
  isLanguageModel: boolean;
  supportsTools: boolean;
  isDefault: boolean;
}

export interface EmbeddingInfo {
  /** Names the vector space: vectors of different models are never compared. */
  model: string;
  /** 0 while an endpoint has not made its first vector: read the length of the vectors, not this, to store them. */
  dimensions: number;
  /** True for the hashed n-gram embeddings that need no model. */
  builtin: boolean;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  temperature?: number | undefined;
  tools?: ToolSpec[];
  /** The numbered passages that the messages already quote; `builtin` answers from these. */
  passages?: NumberedPassage[];
}

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: ToolRequest[] }
  | { role: 'tool'; toolCallId: string; content: string };

/** `arguments` is the JSON text as the model wrote it: it may be invalid. */
export interface ToolRequest {
  id: string;
  name: string;
  arguments: string;
  /** What the provider wants back with the call in the next request; nobody else reads it. */
  echo?: { id?: string; extra_content?: unknown };
}

export interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema of the arguments object. */
  inputSchema: Record<string, unknown>;
}

export interface NumberedPassage {
  number: number;
  documentName: string;
  /** How a person names its place, such as `Page 3`; null where it has none. */
  pageLabel: string | null;
  text: string;
}

/** Text and arguments hold no NUL and no half of a surrogate pair, so each chunk can be stored by itself. */
export type ChatChunk =
  | { kind: 'text'; text: string }
  /** What the model thinks before it answers; never part of the answer. */
  | { kind: 'reasoning'; text: string }
  /** The last so many characters of text turned out to be reasoning: its end was marked, its beginning was not. */
  | { kind: 'retract'; characters: number }
  | { kind: 'toolCall'; call: ToolRequest }
  /** Tokens as the provider reports them, or counted here (`estimated`) where it does not. */
  | { kind: 'usage'; inputTokens: number; outputTokens: number; estimated: boolean }
  | { kind: 'finish'; reason: 'stop' | 'length' | 'toolCalls' };

/** An error with a report for administrators and the log: what a provider said, without keys. */
export abstract class ReportedError extends Error {
  abstract readonly report: string;
}

/** What is known about the failure of a provider, for administrators and the log: its own words, or what the system said. */
export function providerWords(failure: Failure): string | null {
  let { cause } = failure;
  if (cause instanceof ReportedError) return cause.report || null;
  if (!failure.code.startsWith('PROVIDER_')) return null;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? withoutKeys(cause.message).slice(0, 2_000) || null : null;
}

/** Takes keys out of a text: some providers repeat the one that they were given. */
export function withoutKeys(text: string): string {
  return text.replace(/\b(?:sk|key|gsk|xai)[-_][\w*.-]{8,}|\bBearer +[\w*.-]{8,}|\bAIza[\w-]{20,}/g, '[key]');
}
