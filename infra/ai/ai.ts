import type { Failure } from '../../schema/errors.ts';

/** Language and embedding models, with one adapter per kind of endpoint. Faults are thrown as `Failure('PROVIDER_…')`. */
export interface Ai {
  /** Lists the models of the configured endpoint. */
  models(): Promise<ModelInfo[]>;
  /**
   * Streams one answer. The last chunk is always `finish`; a stream that ends without one throws. Aborting `signal` aborts
   * the provider's request and ends the iteration with an AbortError.
   */
  chat(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatChunk>;
  embedding: EmbeddingInfo;
  /** Returns one unit-length vector per text, in order. */
  embed(texts: string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

export interface ModelInfo {
  id: string;
  name: string;
  provider: string;
  /** False for `builtin`, which only quotes passages. */
  isLanguageModel: boolean;
  supportsTools: boolean;
  isDefault: boolean;
}

export interface EmbeddingInfo {
  /** Identifies the vector space; vectors of different models are not comparable. */
  model: string;
  /** 0 until the endpoint has returned its first vector; use the length of the vectors to store them. */
  dimensions: number;
  /** True for hashed n-gram embeddings, which need no model. */
  builtin: boolean;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  temperature?: number | undefined;
  tools?: ToolSpec[];
  /** The numbered passages quoted in the messages; `builtin` answers from these. */
  passages?: NumberedPassage[];
}

export type ChatMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: ToolRequest[] }
  | { role: 'tool'; toolCallId: string; content: string };

/** `arguments` is the model's JSON text, which may be invalid. */
export interface ToolRequest {
  id: string;
  name: string;
  arguments: string;
  /** Opaque data of the provider, to be returned with the call in the next request. */
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
  /** Location for people, such as `Page 3`, or null. */
  pageLabel: string | null;
  text: string;
}

/** Text and arguments contain neither NUL nor lone surrogates, so that each chunk can be stored. */
export type ChatChunk =
  | { kind: 'text'; text: string }
  /** Reasoning of the model, which is not part of the answer. */
  | { kind: 'reasoning'; text: string }
  /** The last `length` characters of text were reasoning whose start was not marked. */
  | { kind: 'retract'; characters: number }
  | { kind: 'toolCall'; call: ToolRequest }
  /** Tokens reported by the provider, or else counted here (`estimated`). */
  | { kind: 'usage'; inputTokens: number; outputTokens: number; estimated: boolean }
  | { kind: 'finish'; reason: 'stop' | 'length' | 'toolCalls' };

/** An error with the provider's report for administrators and the log, without keys. */
export abstract class ReportedError extends Error {
  abstract readonly report: string;
}

/** Returns the details of a provider failure for administrators and the log: the provider's message or a system error. */
export function providerWords(failure: Failure): string | null {
  let { cause } = failure;
  if (cause instanceof ReportedError) return cause.report || null;
  if (!failure.code.startsWith('PROVIDER_')) return null;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? withoutKeys(cause.message).slice(0, 2_000) || null : null;
}

/** Redacts keys, which some providers echo in their errors. */
export function withoutKeys(text: string): string {
  return text.replace(/\b(?:sk|key|gsk|xai)[-_][\w*.-]{8,}|\bBearer +[\w*.-]{8,}|\bAIza[\w-]{20,}/g, '[key]');
}
