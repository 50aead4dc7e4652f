import { Failure } from '../../schema/errors.ts';
import type { ChatChunk, ChatRequest, ToolRequest } from './ai.ts';
import { CleanText } from './clean-text.ts';
import { abortError, type IdleTimer } from './idle.ts';
import { ProviderError } from './provider-error.ts';
import { readChunk, type ChunkContent } from './response/chunk.ts';
import type { StreamEnd, StreamEvent } from './response/event-stream.ts';
import { isCut, requireGoodEnd } from './response/finish-reason.ts';
import { ReasoningTags, type Segment } from './response/reasoning-tags.ts';
import { ToolCalls } from './response/tool-calls.ts';
import { countPrompt, countTokens } from './tokens.ts';

const MAX_ANSWER_BYTES = 4_000_000;
/** The time to wait for the usage after the finish reason; nothing else is missing then. */
const USAGE_WAIT_MS = 2_000;
/** A message that repeats at least this many characters of the earlier text is the text so far, not the next piece. */
const REPEATED_CHARACTERS = 12;

/** A stream whose first event has arrived, so that it is not retried. */
export interface OpenedStream {
  first: IteratorResult<StreamEvent>;
  events: AsyncIterator<StreamEvent>;
  end: StreamEnd;
  idle: IdleTimer;
}

/** Converts the provider's events to chunks. Ends with `finish` or throws, never silently. */
export async function* readAnswer(stream: OpenedStream, request: ChatRequest, caller: AbortSignal): AsyncGenerator<ChatChunk> {
  const { events, idle } = stream;
  const answer = new Answer();
  try {
    for (let step = stream.first; !step.done; step = await nextOf(events, answer)) {
      const chunks = answer.take(contentOf(step.value));
      idle.pause();
      yield* chunks;
      idle.resume(answer.finishReason ? USAGE_WAIT_MS : undefined);
    }
    if (caller.aborted) throw abortError(caller);
    if (idle.failure && !answer.finishReason) throw idle.failure;
    yield* answer.rest();
    const calls = answer.finish(stream.end.isDone, request);
    for (const call of calls) yield { kind: 'toolCall', call };
    yield await usageOf(answer, request);
    yield { kind: 'finish', reason: answer.isCut ? 'length' : calls.length > 0 ? 'toolCalls' : 'stop' };
  } finally {
    idle.stop();
    await events.return?.();
  }
}

/** Parses an event. Throws the failure that it reports. */
export function contentOf({ name, json }: StreamEvent): ChunkContent {
  const content = readChunk(json);
  if (name === 'error') throw ProviderError.fromBody(json);
  if (content.error) throw ProviderError.fromBody(content.error);
  return content;
}

/** Ignores errors after the finish reason. */
async function nextOf(events: AsyncIterator<StreamEvent>, answer: Answer): Promise<IteratorResult<StreamEvent>> {
  try {
    return await events.next();
  } catch (error) {
    if (answer.finishReason) return { done: true, value: undefined };
    throw error;
  }
}

async function usageOf(answer: Answer, request: ChatRequest): Promise<ChatChunk> {
  if (answer.usage) return { kind: 'usage', ...answer.usage, estimated: false };
  const written = [answer.reasoning, answer.text, answer.calls.written].filter(Boolean).join(' ');
  return { kind: 'usage', inputTokens: await countPrompt(request.messages), outputTokens: await countTokens(written), estimated: true };
}

class Answer {
  text = '';
  reasoning = '';
  finishReason: string | null = null;
  usage: ChunkContent['usage'] = null;
  readonly calls = new ToolCalls();
  #bytes = 0;
  readonly #tags = new ReasoningTags();
  readonly #cleanText = new CleanText();
  readonly #cleanReasoning = new CleanText();

  get isCut(): boolean {
    return this.finishReason !== null && isCut(this.finishReason);
  }

  /** Accumulates a chunk and returns its visible parts. */
  take(content: ChunkContent): ChatChunk[] {
    if (content.usage) this.usage = content.usage;
    if (content.finishReason) this.finishReason = content.finishReason;
    this.calls.take(content.toolCalls);
    return content.parts.flatMap(({ kind, text }) => {
      if (kind === 'text') return this.#show(this.#tags.next(content.isMessage ? this.#newPart(text) : text));
      this.#tags.reasoningIsApart();
      return this.#show([{ kind, text: text.replace(/^\s*<\/?(?:think|thought|thinking)>/i, '') }]);
    });
  }

  /** Returns the text that was held back as a possible tag. */
  rest(): ChatChunk[] {
    return this.#show(this.#tags.end());
  }

  /** Returns the tool calls after a regular end. A call truncated by `length` is dropped. */
  finish(isDone: boolean, request: ChatRequest): ToolRequest[] {
    if (this.finishReason) requireGoodEnd(this.finishReason);
    else if (!isDone) throw tooOdd('The model provider ended the answer prematurely. Regenerate it.');
    return this.isCut ? [] : this.calls.finish(request.tools ?? []);
  }

  #newPart(text: string): string {
    const before = this.text;
    return before.length >= REPEATED_CHARACTERS && text.startsWith(before) ? text.slice(before.length) : text;
  }

  #show(segments: Segment[]): ChatChunk[] {
    return segments.flatMap((segment): ChatChunk[] => {
      if (segment.kind === 'retract') {
        this.reasoning += this.text;
        const { length: characters } = this.text;
        this.text = '';
        return characters > 0 ? [{ kind: 'retract', characters }] : [];
      }
      const text = (segment.kind === 'text' ? this.#cleanText : this.#cleanReasoning).next(segment.text);
      this.#bytes += Buffer.byteLength(text);
      if (this.#bytes > MAX_ANSWER_BYTES) throw tooOdd(`The answer is larger than ${MAX_ANSWER_BYTES / 1_000_000} MB.`);
      this[segment.kind] += text;
      return text ? [{ kind: segment.kind, text }] : [];
    });
  }
}

function tooOdd(reason: string): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', { reason });
}
