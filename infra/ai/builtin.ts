import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../schema/errors.ts';
import type { Ai, ChatChunk, ChatMessage, ChatRequest, EmbeddingInfo, ModelInfo } from './ai.ts';
import { arithmeticIn } from './arithmetic.ts';
import { abortError } from './idle.ts';
import { embedText, NGRAM_DIMENSIONS, NGRAM_MODEL } from './ngram-embedding.ts';
import { intentOf } from './quote/intent.ts';
import { quotesFor, type Quote } from './quote/quote.ts';
import { estimateTokens, textOf } from './tokens.ts';

export const BUILTIN_MODEL = 'builtin';
const CHUNK_MS = 8;
/** Vectors computed before yielding to the event loop. */
const EMBED_AT_ONCE = 16;

/** The provider without a model: quotes passages, calculates, and states that it is not a language model. */
export class Builtin implements Ai {
  readonly embedding: EmbeddingInfo = { model: NGRAM_MODEL, dimensions: NGRAM_DIMENSIONS, builtin: true };

  readonly #chunkMs: number;

  constructor(chunkMs = CHUNK_MS) {
    this.#chunkMs = chunkMs;
  }

  async models(): Promise<ModelInfo[]> {
    return [
      {
        id: BUILTIN_MODEL,
        name: 'Quotes from documents',
        provider: 'Parley',
        isLanguageModel: false,
        supportsTools: true,
        isDefault: true,
      },
    ];
  }

  async *chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    if (signal.aborted) throw abortError(signal);
    if (request.model !== BUILTIN_MODEL)
      throw new Failure('MODEL_NOT_FOUND', {
        reason: `No language model is connected, so "${request.model}" cannot answer. Choose "${BUILTIN_MODEL}", or connect the model.`,
      });
    const inputTokens = request.messages.reduce((sum, message) => sum + estimateTokens(textOf(message)), 0);
    const expression = calculationIn(request);
    if (expression) {
      const call = { id: `call_${request.messages.length}`, name: 'calculate', arguments: JSON.stringify({ expression }) };
      yield { kind: 'toolCall', call };
      yield { kind: 'usage', inputTokens, outputTokens: estimateTokens(call.arguments), estimated: true };
      return yield { kind: 'finish', reason: 'toolCalls' };
    }
    const answer = answerTo(request);
    for (const [index, text] of (answer.match(/\s*\S+/gu) ?? []).entries()) {
      if (index > 0) await this.#beat(signal);
      yield { kind: 'text', text };
    }
    if (signal.aborted) throw abortError(signal);
    yield { kind: 'usage', inputTokens, outputTokens: estimateTokens(answer), estimated: true };
    yield { kind: 'finish', reason: 'stop' };
  }

  async embed(texts: string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const [index, text] of texts.entries()) {
      if (index % EMBED_AT_ONCE === EMBED_AT_ONCE - 1) await new Promise(setImmediate);
      if (signal?.aborted) throw abortError(signal);
      vectors.push(embedText(text));
    }
    return vectors;
  }

  async #beat(signal: AbortSignal): Promise<void> {
    await pause(this.#chunkMs, undefined, { signal }).catch(() => {
      throw abortError(signal);
    });
  }
}

function calculationIn({ messages, tools }: ChatRequest): string | null {
  const last = messages.at(-1);
  if (last?.role !== 'user' || !tools?.some((tool) => tool.name === 'calculate')) return null;
  return arithmeticIn(last.content);
}

function answerTo(request: ChatRequest): string {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return calculated(request.messages, last);
  const question = request.messages.findLast((message) => message.role === 'user')?.content ?? '';
  if (!request.passages?.length) return NOTHING_TO_QUOTE;
  const quotes = quotesFor(question, request.passages);
  return quotes.length > 0 ? quoted(quotes, openingOf(question, quotes)) : NOTHING_FOUND;
}

const NOTHING_TO_QUOTE =
  'No language model is connected, so I can only quote documents, and I have none to quote here. ' +
  'Give this assistant a knowledge base with documents in it, or ask an administrator to connect a language model.';

const NOTHING_FOUND =
  'No language model is connected, so I can only quote documents, and I found no sentence about this in yours. ' +
  'Ask with words that the documents use, add a document that answers it, or ask an administrator to connect a language model.';

function openingOf(question: string, quotes: Quote[]): string {
  if (intentOf(question) === 'summary')
    return 'No language model is connected, so I cannot summarise. These are the first sentences that were found in your documents.';
  return quotes.length === 1
    ? 'No language model is connected, so this is a quote from your documents.'
    : 'No language model is connected, so these are quotes from your documents.';
}

function quoted(quotes: Quote[], opening: string): string {
  return [opening, ...quotes.map(blockOf)].join('\n\n');
}

/** Escapes bracketed numbers in the quote, which would be read as citations. */
function blockOf({ text, passage }: Quote, index: number, quotes: Quote[]): string {
  const block = `> ${text.replace(/\[(\d+)\]/g, '\\[$1\\]').replaceAll('\n', '  \n> ')} [${passage.number}]`;
  if (quotes[index - 1]?.passage === passage) return block;
  const place = passage.pageLabel ? `${passage.documentName}, ${lowered(passage.pageLabel)}` : passage.documentName;
  return `From ${place}:\n\n${block}`;
}

/** Lowercases the first letter, for `Page 3` within a sentence. */
function lowered(label: string): string {
  return label[0]!.toLowerCase() + label.slice(1);
}

function calculated(messages: ChatMessage[], result: ChatMessage): string {
  const request = messages.findLast((message) => message.role === 'assistant')?.toolCalls?.at(-1)?.arguments ?? '';
  const expression = fieldOf(request, 'expression');
  const value = fieldOf(result.content, 'value');
  if (value === null)
    return `No language model is connected, and the calculator could not work this out: ${fieldOf(result.content, 'failure') ?? fieldOf(result.content, 'error') ?? result.content}`;
  return `${expression ? `${expression} = ` : ''}${value}\n\nNo language model is connected; this comes from the calculator.`;
}

/** Returns a field of the JSON text, the text itself if it is not an object, or null if the field is missing. */
function fieldOf(json: string, field: string): string | null {
  try {
    const parsed: unknown = JSON.parse(json);
    if (parsed === null || typeof parsed !== 'object') return field === 'value' ? String(parsed) : null;
    const value = (parsed as Record<string, unknown>)[field];
    return value === undefined || value === null ? null : String(value);
  } catch {
    return null;
  }
}
