import OpenAI from 'openai';
import { Failure, type ErrorCode } from '../../schema/errors.ts';
import type { Ai, ChatChunk, ChatRequest, EmbeddingInfo, ModelInfo } from './ai.ts';
import { contentOf, readAnswer, type OpenedStream } from './answer.ts';
import { Breaker } from './breaker.ts';
import { toCompletionBody, type CompletionBody } from './completion.ts';
import { Embedder } from './embedder.ts';
import { toBatches } from './embedding-batches.ts';
import { Endpoint } from './endpoint.ts';
import { abortError, IdleTimer } from './idle.ts';
import { providerName, toModel, toModels } from './model-list.ts';
import { ProviderError } from './provider-error.ts';
import { faultOf } from './provider-fault.ts';
import { concede, Concessions, refusedIn, type Concession } from './refused-options.ts';
import { readEvents, type StreamEnd } from './response/event-stream.ts';
import { withRetries } from './retry.ts';
import { readJson } from './wire.ts';

const MAX_JSON_BYTES = 64_000_000;
/** Without a GPU, a server may take this long before it responds to a batch or a completion. */
const SILENT_PATIENCE = 3;
/** Each concession is made at most once per request. */
const MAX_CONCESSIONS = 10;

export interface EndpointValues {
  apiKey: string | undefined;
  baseUrl: string;
  /** Default model; undefined for the first one that the endpoint lists. */
  model: string | undefined;
  embeddingModel: string | undefined;
  /** Idle timeout of the provider. */
  idleMs: number;
  /** Called with the address that works instead of the configured one. */
  corrected?: (baseUrl: string) => void;
}

/** Adapter for OpenAI-compatible endpoints. Retries, timeouts and limits are implemented here, since the SDK's hide truncated answers. */
export class OpenAi implements Ai {
  readonly #client: OpenAI;
  readonly #endpoint: Endpoint;
  readonly #chatBreaker = new Breaker();
  readonly #embeddingBreaker = new Breaker();
  readonly #concessions = new Concessions();
  readonly #embedder: Embedder;

  readonly #values: EndpointValues;

  constructor(values: EndpointValues) {
    this.#values = values;
    this.#endpoint = new Endpoint(values.baseUrl, values.corrected);
    const isAzure = new URL(values.baseUrl).hostname.endsWith('.azure.com');
    this.#client = new OpenAI({
      // The SDK requires a key, but local servers may not accept one, so the header is removed.
      apiKey: values.apiKey ?? 'none',
      defaultHeaders: {
        ...(values.apiKey ? {} : { authorization: null }),
        ...(isAzure && values.apiKey ? { 'api-key': values.apiKey } : {}),
      },
      defaultQuery: this.#endpoint.query,
      baseURL: this.#endpoint.baseUrl,
      organization: null,
      project: null,
      maxRetries: 0,
      timeout: 600_000,
      logLevel: 'off',
      fetch: this.#endpoint.fetch,
    });
    this.#embedder = new Embedder(values.embeddingModel ?? '', (body, signal) => this.#askVectors(body, signal));
  }

  get embedding(): EmbeddingInfo {
    return { model: this.#values.embeddingModel ?? '', dimensions: this.#embedder.dimensions, builtin: false };
  }

  async models(): Promise<ModelInfo[]> {
    const { signal } = new AbortController();
    const { model, embeddingModel, baseUrl } = this.#values;
    const provider = providerName(baseUrl);
    try {
      const json = await withRetries(() => this.#fetchJson((options) => this.#client.get('/models', options).asResponse(), signal), signal);
      return toModels(json, { provider, defaultModel: model, embeddingModel });
    } catch (error) {
      // Some gateways do not list models, so the configured model is used.
      if (model && error instanceof Failure && error.code !== 'PROVIDER_UNAVAILABLE') return [toModel(model, true, provider)];
      throw faultOf(error)?.failure ?? error;
    }
  }

  async *chat(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatChunk> {
    const breaker = this.#chatBreaker;
    if (signal.aborted) throw abortError(signal);
    breaker.enter();
    let hasBegun = false;
    try {
      const body = concede(toCompletionBody(request), this.#concessions.of(request.model));
      const stream = await withRetries(() => this.#openConceding(body, signal), signal);
      hasBegun = true;
      yield* readAnswer(stream, request, signal);
      breaker.succeeded();
    } catch (error) {
      // A provider that has begun to answer is available, even if the answer fails.
      throw report(hasBegun && !isTimeout(error) ? null : breaker, error, signal);
    } finally {
      breaker.left();
    }
  }

  async embed(texts: string[], signal: AbortSignal = new AbortController().signal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (const batch of toBatches(texts)) {
      this.#embeddingBreaker.enter();
      try {
        vectors.push(...(await this.#embedder.embed(batch, signal)));
        this.#embeddingBreaker.succeeded();
      } catch (error) {
        throw report(this.#embeddingBreaker, error, signal);
      } finally {
        this.#embeddingBreaker.left();
      }
    }
    return vectors;
  }

  /** Retries without rejected options, and remembers them after a successful response. */
  async #openConceding(original: CompletionBody, signal: AbortSignal): Promise<OpenedStream> {
    const made: Concession[] = [];
    let failure: unknown;
    for (let body = original; ;) {
      try {
        const stream = await this.#open(body, signal);
        this.#concessions.remember(body.model, made);
        return stream;
      } catch (error) {
        if (!(error instanceof ProviderError)) throw error;
        const { code } = faultOf(error)!.failure;
        const next = made.length < MAX_CONCESSIONS && isRefusal(error, code) ? refusedIn(body, error.words, isUnexplained(error)) : [];
        // The first rejection concerns the unmodified request, so it is the most useful one.
        failure ??= error;
        if (next.length === 0) throw code === 'PROVIDER_BAD_RESPONSE' ? failure : error;
        made.push(...next);
        body = concede(body, next);
      }
    }
  }

  /** Sends the request and waits for its first event, until which it may be retried. */
  async #open(request: CompletionBody, signal: AbortSignal): Promise<OpenedStream> {
    const { hasSimpleSchemas: _, ...body } = request;
    const idle = new IdleTimer(this.#values.idleMs * (body.stream ? 1 : SILENT_PATIENCE), signal);
    try {
      const params = body as unknown as OpenAI.ChatCompletionCreateParamsStreaming;
      const response = this.#endpoint.accepted(await this.#client.chat.completions.create(params, { signal: idle.signal }).asResponse());
      const end: StreamEnd = { isDone: false };
      const events = readEvents(response, idle, end);
      const first = await events.next();
      if (!first.done) contentOf(first.value);
      return { first, events, end, idle };
    } catch (error) {
      idle.stop();
      throw idle.failure ?? error;
    }
  }

  #askVectors(body: object, signal: AbortSignal): Promise<unknown> {
    const send = (options: { signal: AbortSignal }) => this.#client.post('/embeddings', { ...options, body }).asResponse();
    return withRetries(() => this.#fetchJson(send, signal, SILENT_PATIENCE), signal, { keepErrors: true });
  }

  async #fetchJson(send: (options: { signal: AbortSignal }) => Promise<Response>, signal: AbortSignal, patience = 1): Promise<unknown> {
    const idle = new IdleTimer(this.#values.idleMs * patience, signal);
    try {
      return await readJson(this.#endpoint.accepted(await send({ signal: idle.signal })), idle, MAX_JSON_BYTES);
    } catch (error) {
      throw idle.failure ?? error;
    } finally {
      idle.stop();
    }
  }
}

/** Returns whether the request may be at fault, as opposed to the provider or the account. */
function isRefusal({ status = 0, words }: ProviderError, code: ErrorCode): boolean {
  if (code === 'PROVIDER_BAD_RESPONSE' || code === 'MODEL_NOT_FOUND') return true;
  const blamesRequest = /not support|unsupported|requires?\b|not allowed|not permitted|unknown|unrecognized|invalid|extra/i;
  return code === 'PROVIDER_UNAVAILABLE' && (status === 500 || status === 501) && blamesRequest.test(words);
}

function isUnexplained({ status }: ProviderError): boolean {
  return status === 400 || status === 422;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Failure && error.code === 'PROVIDER_TIMEOUT';
}

/** Reports a failed call to the breaker and returns the error for the caller. */
function report(breaker: Breaker | null, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return abortError(signal);
  const failure = faultOf(error)?.failure;
  if (failure?.code === 'PROVIDER_UNAVAILABLE' || failure?.code === 'PROVIDER_TIMEOUT') breaker?.failed();
  return failure ?? error;
}
