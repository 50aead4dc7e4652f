import { Failure } from '../../schema/errors.ts';
import type { ChatChunk, ChatRequest, ToolRequest } from './ai.ts';
import { cleanJson, CleanText } from './clean-text.ts';
import { abortError, type IdleTimer } from './idle.ts';
import { countPrompt, countTokens } from './tokens.ts';

const MAX_ANSWER_BYTES = 4_000_000;
const MAX_TOOL_CALLS = 20;
const MAX_ARGUMENT_BYTES = 256_000;
/** After the finish reason only the usage is missing: not worth a long wait. */
const USAGE_WAIT_MS = 2_000;

/** The parts of a completion chunk that are read. Servers leave out and add what they like. */
export interface CompletionChunk {
  choices?: { delta?: Delta | null; finish_reason?: string | null }[] | null;
  usage?: { prompt_tokens?: number; completion_tokens?: number } | null;
}

interface Delta {
  content?: string | null;
  refusal?: string | null;
  tool_calls?: { index?: number; id?: string; function?: { name?: string; arguments?: string } }[] | null;
}

/** A stream of which the first chunk has arrived, so that it is no longer tried again. */
export interface OpenedStream {
  first: IteratorResult<CompletionChunk>;
  chunks: AsyncIterator<CompletionChunk>;
  idle: IdleTimer;
}

/** Turns the provider's chunks into ours. Ends with `finish`, or throws: never a silent end. */
export async function* readAnswer(stream: OpenedStream, request: ChatRequest, caller: AbortSignal): AsyncGenerator<ChatChunk> {
  const { chunks, idle } = stream;
  const answer = new Answer();
  try {
    for (let step = stream.first; !step.done; step = await nextOf(chunks, answer)) {
      const text = answer.take(step.value);
      idle.pause();
      if (text) yield { kind: 'text', text };
      idle.resume(answer.finishReason ? USAGE_WAIT_MS : undefined);
    }
    if (caller.aborted) throw abortError(caller);
    if (idle.failure && !answer.finishReason) throw idle.failure;
    yield* answer.ending();
    yield await usageOf(answer, request);
    yield { kind: 'finish', reason: answer.outcome };
  } finally {
    idle.stop();
    await chunks.return?.();
  }
}

/** What breaks after the finish reason does not break the answer. */
async function nextOf(chunks: AsyncIterator<CompletionChunk>, answer: Answer): Promise<IteratorResult<CompletionChunk>> {
  try {
    return await chunks.next();
  } catch (error) {
    if (answer.finishReason) return { done: true, value: undefined };
    throw error;
  }
}

async function usageOf(answer: Answer, request: ChatRequest): Promise<ChatChunk> {
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = answer.usage ?? {};
  if (isCount(inputTokens) && isCount(outputTokens)) return { kind: 'usage', inputTokens, outputTokens, estimated: false };
  const written = [answer.text, ...answer.toolCalls.map((call) => `${call.name} ${call.arguments}`)].join(' ');
  return { kind: 'usage', inputTokens: await countPrompt(request.messages), outputTokens: await countTokens(written), estimated: true };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

class Answer {
  text = '';
  toolCalls: ToolRequest[] = [];
  finishReason: string | null = null;
  usage: CompletionChunk['usage'] = null;
  private bytes = 0;
  private readonly clean = new CleanText();
  private callAt = new Map<number, ToolRequest>();

  /** Remembers the chunk and returns its text. */
  take(chunk: CompletionChunk): string {
    if (typeof chunk !== 'object' || chunk === null) throw tooOdd('The model provider sent a chunk that is not an object.');
    if (chunk.usage) this.usage = chunk.usage;
    const choice = chunk.choices?.[0];
    if (!choice) return '';
    if (choice.finish_reason) this.finishReason = choice.finish_reason;
    for (const part of choice.delta?.tool_calls ?? []) this.takeCall(part);
    const sent = choice.delta?.content || choice.delta?.refusal || '';
    if (typeof sent !== 'string') throw tooOdd('The model provider sent text that is not text.');
    const text = this.clean.next(sent);
    this.bytes += Buffer.byteLength(text);
    if (this.bytes > MAX_ANSWER_BYTES) throw tooOdd(`The answer is larger than ${MAX_ANSWER_BYTES / 1_000_000} MB.`);
    this.text += text;
    return text;
  }

  /** What must be known before the answer counts as finished. */
  *ending(): Generator<ChatChunk> {
    if (!this.finishReason) throw tooOdd('The model provider ended the answer in the middle. Regenerate it.');
    if (this.finishReason === 'content_filter') throw new Failure('PROVIDER_CONTENT_FILTERED');
    if (this.outcome === 'toolCalls')
      for (const call of this.toolCalls) yield { kind: 'toolCall', call: { ...call, arguments: cleanJson(call.arguments) } };
  }

  /** Some servers say `stop` after tool calls. A call cut by `length` is no call. */
  get outcome(): 'stop' | 'length' | 'toolCalls' {
    if (this.finishReason === 'length') return 'length';
    return this.toolCalls.length > 0 ? 'toolCalls' : 'stop';
  }

  private takeCall(part: NonNullable<Delta['tool_calls']>[number]): void {
    const call = this.callOf(part);
    if (part.id) call.id = part.id;
    if (part.function?.name) call.name = part.function.name;
    call.arguments += part.function?.arguments ?? '';
    if (call.arguments.length > MAX_ARGUMENT_BYTES) throw tooOdd('The arguments of a tool call are larger than 256 kB.');
  }

  /** The call that a piece belongs to: by its index or, where a server leaves that out, by a new id. */
  private callOf(part: { index?: number; id?: string }): ToolRequest {
    const index = part.index ?? (part.id ? this.toolCalls.length : Math.max(this.toolCalls.length - 1, 0));
    const known = this.callAt.get(index);
    if (known) return known;
    if (this.toolCalls.length === MAX_TOOL_CALLS) throw tooOdd(`The model asked for more than ${MAX_TOOL_CALLS} tool calls at once.`);
    const call: ToolRequest = { id: `call_${index + 1}`, name: '', arguments: '' };
    this.callAt.set(index, call);
    this.toolCalls.push(call);
    return call;
  }
}

function tooOdd(reason: string): Failure {
  return new Failure('PROVIDER_BAD_RESPONSE', { reason });
}
