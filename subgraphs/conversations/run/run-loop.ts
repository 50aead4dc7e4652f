import type { Ai, ToolRequest } from '../../../infra/ai/ai.ts';
import type { Graph } from '../../../infra/graph/graph.ts';
import { Failure } from '../../../schema/errors.ts';
import type { Identity } from '../../../schema/viewer.ts';
import { callTool, type ToolAnswer } from './call-tool.ts';
import { askModel } from './model-turn.ts';
import { retrievalQuery, writePrompt, type Turn } from './prompt.ts';
import { askContext, askPassages, type RunContext, type Source } from './run-context.ts';
import type { RunEventData } from './run-event.ts';

/** Maximum of tool rounds in one answer. */
const MAX_TOOL_ROUNDS = 8;
const MAX_PASSAGES = 8;

export interface RunUsage {
  inputTokens: number;
  outputTokens: number;
  estimated: boolean;
}

/** The result of an answer besides its events; updated as it runs, so that it is also valid after a failure. */
export interface RunRecord {
  model: string | null;
  sources: Source[];
  usage: RunUsage;
  /** Thinking time of the model; null if it did not think. */
  reasoningMs: number | null;
  /** True if the answer was truncated at the model's limit. */
  isTruncated: boolean;
}

export interface RunTask {
  runId: string;
  attempt: number;
  thread: Turn[];
  identity: Identity;
  signal: AbortSignal;
  record: RunRecord;
  tell(event: RunEventData): void;
  /** Resolves when all events emitted so far are stored. */
  stored(): Promise<void>;
}

/** Writes one answer: loads the context, calls the model and its tools, and repeats until it has answered. */
export async function writeAnswer(task: RunTask, ports: { ai: Ai; graph: Graph }): Promise<void> {
  const context = await askContext(ports.graph, task.runId, task.identity);
  task.record.model = context.model.id;
  task.tell({ kind: 'RunStarted', model: context.model.id });
  if (context.knowledgeBases.length > 0) await retrieve(task, context, ports.graph);

  const messages = writePrompt(context, task.record.sources, task.thread);
  let written = '';
  for (let round = 0; ; round++) {
    const turn = await askModel(task, context, messages, ports.ai);
    written += turn.text;
    if (turn.calls.length === 0) {
      requireText(written, turn.isCut, task.record);
      task.record.isTruncated = turn.isCut;
      return;
    }
    if (round === MAX_TOOL_ROUNDS) throw new Failure('RUN_TOO_MANY_TOOL_ROUNDS');
    messages.push({ role: 'assistant', content: turn.text, toolCalls: turn.calls });
    for (const call of turn.calls) {
      task.signal.throwIfAborted();
      const answer = await useTool(task, context, call, ports.graph);
      messages.push({ role: 'tool', toolCallId: call.id, content: answer.content });
    }
  }
}

async function retrieve(task: RunTask, context: RunContext, graph: Graph): Promise<void> {
  const text = retrievalQuery(task.thread);
  const started = performance.now();
  task.tell({ kind: 'RetrievalStarted', query: text, knowledgeBases: context.knowledgeBases.map((base) => base.name) });
  task.record.sources = await askPassages(graph, { runId: task.runId, text, first: MAX_PASSAGES }, task.identity);
  const passageIds = task.record.sources.map((source) => source.passageId);
  task.tell({ kind: 'PassagesRetrieved', passageIds, durationMs: Math.round(performance.now() - started) });
}

/** Treats an empty answer as a failure and reports the cause. */
function requireText(written: string, isCut: boolean, record: RunRecord): void {
  if (written.trim() !== '') return;
  const hasReasoned = record.reasoningMs !== null;
  const reason = isCut
    ? `The model reached its limit ${hasReasoned ? 'while it was thinking, ' : ''}before it wrote any text. Regenerate the answer, or ask for less at once.`
    : hasReasoned
      ? 'The model thought about it, but wrote no answer. Regenerate it.'
      : 'The model sent no text. Regenerate the answer.';
  throw new Failure('PROVIDER_EMPTY_ANSWER', { reason });
}

async function useTool(task: RunTask, context: RunContext, call: ToolRequest, graph: Graph): Promise<ToolAnswer> {
  const started = performance.now();
  const { id: callId, name: toolName } = call;
  task.tell({ kind: 'ToolCallStarted', callId, toolName, arguments: parseArguments(call.arguments) });
  // Tools may use the passages in the log, and the log must name each call before it is made.
  await task.stored();
  task.signal.throwIfAborted();
  const answer = await callTool(
    { call, tools: context.tools, runId: task.runId, attempt: task.attempt, sources: task.record.sources, identity: task.identity },
    graph,
  );
  task.record.sources.push(...answer.sources);
  const durationMs = Math.round(performance.now() - started);
  task.tell({ kind: 'ToolCallFinished', callId, toolName, succeeded: answer.succeeded, durationMs, toolCallId: answer.toolCallId });
  return answer;
}

/** Returns the arguments as text if they are not valid JSON. */
export function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return text;
  }
}
