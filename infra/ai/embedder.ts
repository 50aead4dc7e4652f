import { Failure } from '../../schema/errors.ts';
import { abortError } from './idle.ts';
import { toVectors } from './embedding-batches.ts';
import { ProviderError } from './provider-error.ts';
import { faultOf } from './provider-fault.ts';

/** A shorter prefix would not represent its passage. */
const MIN_CHARACTERS = 100;

type Ask = (body: object, signal: AbortSignal) => Promise<unknown>;

/**
 * Adapts embedding requests to undocumented limits of an endpoint: batch size, text length and options. Rejected requests
 * are halved, and accepted sizes are remembered.
 */
export class Embedder {
  dimensions = 0;
  #maxTexts = Number.POSITIVE_INFINITY;
  #maxCharacters = Number.POSITIVE_INFINITY;
  #namesFormat = true;
  #takesLists = true;

  readonly #model: string;
  readonly #ask: Ask;

  constructor(model: string, ask: Ask) {
    this.#model = model;
    this.#ask = ask;
  }

  async embed(texts: string[], signal: AbortSignal): Promise<Float32Array[]> {
    const vectors: Float32Array[] = [];
    for (let start = 0; start < texts.length;) {
      const batch = texts.slice(start, start + Math.min(this.#maxTexts, texts.length));
      const made = await this.#embedBatch(batch, signal);
      vectors.push(...made);
      start += made.length;
    }
    if (vectors.some((vector) => vector.length !== vectors[0]!.length)) throw bad('The model provider sent vectors of different lengths.');
    this.dimensions = vectors[0]?.length ?? this.dimensions;
    return vectors;
  }

  /** Returns the vectors of the batch, or of its first texts if the endpoint accepts no more. */
  async #embedBatch(batch: string[], signal: AbortSignal): Promise<Float32Array[]> {
    for (let count = batch.length; ;) {
      const texts = batch.slice(0, count).map((text) => cutTo(text, this.#maxCharacters));
      try {
        const vectors = vectorsOf(await this.#ask(this.#bodyOf(texts), signal), count);
        if (count < batch.length) this.#maxTexts = count;
        return vectors;
      } catch (error) {
        if (signal.aborted) throw abortError(signal);
        if (!isRefusal(error)) throw error;
        if (count > 1) count = Math.ceil(count / 2);
        else if (!this.#concede(error, texts[0]!)) throw refused(error);
      }
    }
  }

  #bodyOf(texts: string[]): object {
    return {
      model: this.#model,
      input: this.#takesLists ? texts : texts[0],
      ...(this.#namesFormat ? { encoding_format: 'float' } : {}),
    };
  }

  /** Adapts a rejected request for one text. Returns false if nothing is left to change. */
  #concede(error: unknown, text: string): boolean {
    const isTooLong =
      codeOf(error) === 'CONTEXT_TOO_LONG' || (error instanceof ProviderError && /too (large|long)|batch size|token/i.test(error.words));
    if (isTooLong && text.length / 2 >= MIN_CHARACTERS) this.#maxCharacters = Math.floor(text.length / 2);
    else if (this.#namesFormat) this.#namesFormat = false;
    else if (this.#takesLists) {
      this.#takesLists = false;
      this.#maxTexts = 1;
    } else return false;
    return true;
  }
}

/** Treats unreadable vectors as a rejection: some servers return one vector for any number of texts. */
function vectorsOf(response: unknown, count: number): Float32Array[] {
  try {
    return toVectors(response, count);
  } catch (error) {
    throw new UnreadableVectors((error as Error).message, { cause: error });
  }
}

class UnreadableVectors extends Error {}

/** Returns whether the request may succeed in another form: fewer texts, shorter ones, or without an option. */
function isRefusal(error: unknown): boolean {
  const code = codeOf(error);
  if (code === 'CONTEXT_TOO_LONG' || error instanceof UnreadableVectors) return true;
  if (!(error instanceof ProviderError)) return false;
  return code === 'PROVIDER_BAD_RESPONSE' || (code === 'PROVIDER_UNAVAILABLE' && /batch|too (large|long)|input/i.test(error.words));
}

/** Returns the final failure, worded for a document. */
function refused(error: unknown): Failure {
  if (error instanceof UnreadableVectors)
    return new Failure(
      'EMBEDDING_REFUSED',
      { reason: `${error.message} Ask an administrator to check the embedding model.` },
      { cause: error },
    );
  const isTooLong = codeOf(error) === 'CONTEXT_TOO_LONG';
  const reason = isTooLong
    ? 'The embedding model does not take even a short part of the text at once. Ask an administrator to choose another embedding model.'
    : 'The embedding model rejected the text. Ask an administrator to check its response and its settings.';
  return new Failure('EMBEDDING_REFUSED', { reason }, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  return faultOf(error)?.failure.code;
}

function cutTo(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).toWellFormed();
}

function bad(reason: string): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', { reason });
}
