import OpenAI from 'openai';
import { Stream } from 'openai/streaming';
import { Failure } from '../../schema/errors.ts';
import type { Ai, ChatChunk, ChatRequest, EmbeddingInfo, ModelInfo } from './ai.ts';
import { readAnswer, type CompletionChunk, type OpenedStream } from './answer.ts';
import { Breaker } from './breaker.ts';
import { toCompletionBody, withoutRefused, type CompletionBody } from './completion.ts';
import { toBatches, toVectors } from './embedding-batches.ts';
import { abortError, IdleTimer } from './idle.ts';
import { providerName, toModel, toModels } from './model-list.ts';
import { faultOf } from './provider-fault.ts';
import { withRetries } from './retry.ts';
import { expectType, readJson, watchBody } from './wire.ts';

const MAX_CHUNK_BYTES = 1_000_000;
const MAX_JSON_BYTES = 64_000_000;
/** A machine without a graphics card computes a batch of vectors in silence. */
const EMBEDDING_PATIENCE = 3;

export interface EndpointValues {
  apiKey: string | undefined;
  baseUrl: string;
  /** The default model; the first that the endpoint lists when undefined. */
  model: string | undefined;
  embeddingModel: string | undefined;
  /** After this silence the provider has failed. */
  idleMs: number;
}

/** Any endpoint that speaks OpenAI's protocol. Retries, timeouts and caps are ours: the SDK's hide a cut answer. */
export class OpenAi implements Ai {
  private readonly client: OpenAI;
  private readonly chatBreaker = new Breaker();
  private readonly embeddingBreaker = new Breaker();
  private dimensions = 0;

  constructor(private readonly values: EndpointValues) {
    this.client = new OpenAI({
      // The SDK wants a key, and a local server wants none: the header is taken off again.
      apiKey: values.apiKey ?? 'none',
      ...(values.apiKey ? {} : { defaultHeaders: { authorization: null } }),
      baseURL: values.baseUrl,
      organization: null,
      project: null,
      maxRetries: 0,
      timeout: 600_000,
      logLevel: 'off',
    });
  }

  get embedding(): EmbeddingInfo {
    return { model: this.values.embeddingModel ?? '', dimensions: this.dimensions, builtin: false };
  }

  async models(): Promise<ModelInfo[]> {
    const { signal } = new AbortController();
    const { model, embeddingModel, baseUrl } = this.values;
    const provider = providerName(baseUrl);
    try {
      const json = await withRetries(() => this.fetchJson((options) => this.client.get('/models', options).asResponse(), signal), signal);
      return toModels(json, { provider, defaultModel: model, embeddingModel });
    } catch (error) {
      // Some gateways answer chats and list nothing: the configured model is known all the same.
      if (model && error instanceof Failure && error.code !== 'PROVIDER_UNAVAILABLE') return [toModel(model, true, provider)];
      throw faultOf(error)?.failure ?? error;
    }
  }

  async *chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const breaker = this.chatBreaker;
    if (signal.aborted) throw abortError(signal);
    breaker.enter();
    try {
      const stream = await withRetries(() => this.open(toCompletionBody(request), signal), signal);
      yield* readAnswer(stream, request, signal);
      breaker.succeeded();
    } catch (error) {
      throw report(breaker, error, signal);
    } finally {
      breaker.left();
    }
  }

  async embed(texts: string[], signal: AbortSignal = new AbortController().signal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const batch of toBatches(texts)) vectors.push(...(await this.embedBatch(batch, signal)));
    return vectors;
  }

  /** Sends the request and waits for its first chunk: until then it may be tried again. */
  private async open(body: CompletionBody, signal: AbortSignal): Promise<OpenedStream> {
    const idle = new IdleTimer(this.values.idleMs, signal);
    try {
      const response = await this.client.chat.completions
        .create(body as OpenAI.ChatCompletionCreateParamsStreaming, { signal: idle.signal })
        .asResponse();
      expectType(response, 'text/event-stream');
      const chunks = Stream.fromSSEResponse<CompletionChunk>(
        watchBody(response, idle, MAX_CHUNK_BYTES),
        new AbortController(),
        this.client,
      )[Symbol.asyncIterator]();
      const first = await chunks.next();
      // The SDK ends an aborted stream as if it were complete.
      if (idle.signal.aborted) throw idle.signal.reason;
      return { first, chunks, idle };
    } catch (error) {
      idle.stop();
      const reduced = error instanceof OpenAI.BadRequestError ? withoutRefused(body, error.message) : null;
      if (reduced) return this.open(reduced, signal);
      throw idle.failure ?? error;
    }
  }

  private async embedBatch(batch: string[], signal: AbortSignal): Promise<Float32Array[]> {
    const breaker = this.embeddingBreaker;
    const body = { model: this.values.embeddingModel ?? '', input: batch, encoding_format: 'float' as const };
    breaker.enter();
    try {
      const json = await withRetries(
        () => this.fetchJson((options) => this.client.embeddings.create(body, options).asResponse(), signal, EMBEDDING_PATIENCE),
        signal,
      );
      const vectors = toVectors(json, batch.length);
      this.dimensions = vectors[0]?.length ?? this.dimensions;
      breaker.succeeded();
      return vectors;
    } catch (error) {
      throw report(breaker, error, signal);
    } finally {
      breaker.left();
    }
  }

  private async fetchJson(
    send: (options: { signal: AbortSignal }) => Promise<Response>,
    signal: AbortSignal,
    patience = 1,
  ): Promise<unknown> {
    const idle = new IdleTimer(this.values.idleMs * patience, signal);
    try {
      return await readJson(await send({ signal: idle.signal }), idle, MAX_JSON_BYTES);
    } catch (error) {
      throw idle.failure ?? error;
    } finally {
      idle.stop();
    }
  }
}

/** Tells the breaker how a call failed, and gives what the caller is to see. */
function report(breaker: Breaker, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return abortError(signal);
  const failure = faultOf(error)?.failure;
  if (failure?.code === 'PROVIDER_UNAVAILABLE' || failure?.code === 'PROVIDER_TIMEOUT') breaker.failed();
  return failure ?? error;
}
