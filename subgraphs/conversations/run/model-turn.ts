import type { Ai, ChatMessage, ToolRequest } from '../../../infra/ai/ai.ts';
import type { RunContext } from './run-context.ts';
import type { RunTask, RunUsage } from './run-loop.ts';
import { retract, type Written } from './written.ts';

const CHARACTERS_PER_TOKEN = 4;

export interface ModelTurn {
  text: string;
  calls: ToolRequest[];
  /** True if the model stopped at its limit. */
  isCut: boolean;
}

/** Makes one request to the model and emits its output as it streams. */
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
        // Reasoning after a tool result starts a new paragraph.
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

/** Estimates the usage of an interrupted response, which reports none. Before the first token it is unknown whether the prompt was read. */
function estimate(usage: RunUsage, messages: ChatMessage[], written: string): void {
  usage.estimated = true;
  if (!written) return;
  const read = messages.reduce((sum, message) => sum + message.content.length, 0);
  usage.inputTokens += Math.ceil(read / CHARACTERS_PER_TOKEN);
  usage.outputTokens += Math.ceil(written.length / CHARACTERS_PER_TOKEN);
}

/** Measures thinking time: from the request, or from the end of the previous output, to the next token. */
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

  /** True if all of the time so far was thinking. */
  countFromBeginning(): void {
    this.elapsedMs = Math.round(performance.now() - this.#began);
    this.#since = null;
    this.#isThinking = false;
  }
}
