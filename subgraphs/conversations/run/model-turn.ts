import type { Ai, ChatMessage, ToolRequest } from '../../../infra/ai/ai.ts';
import type { RunContext } from './run-context.ts';
import type { RunTask, RunUsage } from './run-loop.ts';
import { retract, type Written } from './written.ts';

const CHARACTERS_PER_TOKEN = 4;

export interface ModelTurn {
  text: string;
  calls: ToolRequest[];
  /** The model stopped at its limit, in the middle of what it wanted to say. */
  isCut: boolean;
}

/** Asks the model once, and tells what it writes as it comes. */
export async function askModel(task: RunTask, context: RunContext, messages: ChatMessage[], ai: Ai): Promise<ModelTurn> {
  const { record } = task;
  const calls: ToolRequest[] = [];
  const stopwatch = new ReasoningStopwatch();
  let written: Written = { text: '', reasoning: '' };
  let reported = false;
  let isCut = false;
  const request = {
    model: context.model.id,
    messages,
    passages: record.sources,
    ...(context.temperature === null ? {} : { temperature: context.temperature }),
    ...(context.model.supportsTools && context.tools.length > 0 ? { tools: context.tools } : {}),
  };
  try {
    for await (const chunk of ai.chat(request, task.signal)) {
      if (chunk.kind === 'text') {
        stopwatch.pause();
        written.text += chunk.text;
        if (chunk.text) task.tell({ kind: 'TextDelta', text: chunk.text });
      } else if (chunk.kind === 'reasoning') {
        stopwatch.resume();
        // What a model thinks after a tool has answered is a paragraph of its own.
        const isLater = written.reasoning === '' && record.reasoningMs !== null;
        written.reasoning += chunk.text;
        task.tell({ kind: 'ReasoningDelta', text: isLater ? `\n\n${chunk.text}` : chunk.text });
      } else if (chunk.kind === 'retract') {
        stopwatch.countFromBeginning();
        written = retract(written, chunk.characters);
        task.tell({ kind: 'TextRetracted', characters: chunk.characters });
      } else if (chunk.kind === 'toolCall') {
        calls.push(chunk.call);
      } else if (chunk.kind === 'usage') {
        record.usage.inputTokens += chunk.inputTokens;
        record.usage.outputTokens += chunk.outputTokens;
        record.usage.estimated ||= chunk.estimated;
        reported = true;
      } else {
        isCut = chunk.reason === 'length';
      }
    }
  } finally {
    stopwatch.pause();
    if (written.reasoning) record.reasoningMs = (record.reasoningMs ?? 0) + stopwatch.elapsedMs;
    if (!reported) estimate(record.usage, messages, written.reasoning + written.text);
  }
  task.signal.throwIfAborted();
  return { text: written.text, calls, isCut };
}

/** A model that was cut off reports no usage: what it read and wrote is counted here. Before its first word nobody knows that it read. */
function estimate(usage: RunUsage, messages: ChatMessage[], written: string): void {
  usage.estimated = true;
  if (!written) return;
  const read = messages.reduce((sum, message) => sum + message.content.length, 0);
  usage.inputTokens += Math.ceil(read / CHARACTERS_PER_TOKEN);
  usage.outputTokens += Math.ceil(written.length / CHARACTERS_PER_TOKEN);
}

/** How long a model has been thinking: from its request, or from the end of what it wrote before, to its next word. */
class ReasoningStopwatch {
  elapsedMs = 0;
  readonly #began = performance.now();
  #since: number | null = this.#began;
  #isThinking = false;

  resume(): void {
    this.#since ??= performance.now();
    this.#isThinking = true;
  }

  pause(): void {
    if (this.#isThinking && this.#since !== null) this.elapsedMs += Math.round(performance.now() - this.#since);
    this.#since = null;
    this.#isThinking = false;
  }

  /** All of the time so far was thinking. */
  countFromBeginning(): void {
    this.elapsedMs = Math.round(performance.now() - this.#began);
    this.#since = null;
    this.#isThinking = false;
  }
}
