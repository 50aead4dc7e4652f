import type { Ai, ChatMessage, ToolRequest } from '../../../infra/ai/ai.ts';
import type { Graph } from '../../../infra/graph/graph.ts';
import { Failure } from '../../../schema/errors.ts';
import type { Identity } from '../../../schema/viewer.ts';
import { callTool, type ToolAnswer } from './call-tool.ts';
import { retrievalQuery, writePrompt, type Turn } from './prompt.ts';
import { askContext, askPassages, type RunContext, type Source } from './run-context.ts';
import type { RunEventData } from './run-event.ts';

/** A model that keeps calling tools is a bug, not a mood. */
const MAX_TOOL_ROUNDS = 8;
const MAX_PASSAGES = 8;
const CHARACTERS_PER_TOKEN = 4;

export interface RunUsage {
  inputTokens: number;
  outputTokens: number;
  estimated: boolean;
}

/** What an answer leaves behind beside its events; filled as it goes, so that it also stands when the answer breaks off. */
export interface RunRecord {
  model: string | null;
  sources: Source[];
  usage: RunUsage;
}

export interface RunTask {
  runId: string;
  attempt: number;
  thread: Turn[];
  identity: Identity;
  signal: AbortSignal;
  record: RunRecord;
  tell(event: RunEventData): void;
}

/** Writes one answer: gather context, ask the model, call its tools, and again until it has answered. */
export async function writeAnswer(task: RunTask, ports: { ai: Ai; graph: Graph }): Promise<void> {
  const context = await askContext(ports.graph, task.runId, task.identity);
  task.record.model = context.model.id;
  task.tell({ kind: 'RunStarted', model: context.model.id });
  if (context.knowledgeBases.length > 0) await retrieve(task, context, ports.graph);

  const messages = writePrompt(context, task.record.sources, task.thread);
  for (let round = 0; ; round++) {
    const turn = await askModel(task, context, messages, ports.ai);
    if (turn.calls.length === 0) return;
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

async function askModel(
  task: RunTask,
  context: RunContext,
  messages: ChatMessage[],
  ai: Ai,
): Promise<{ text: string; calls: ToolRequest[] }> {
  const { record } = task;
  const calls: ToolRequest[] = [];
  let text = '';
  let reported = false;
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
        text += chunk.text;
        if (chunk.text) task.tell({ kind: 'TextDelta', text: chunk.text });
      } else if (chunk.kind === 'toolCall') {
        calls.push(chunk.call);
      } else if (chunk.kind === 'usage') {
        record.usage.inputTokens += chunk.inputTokens;
        record.usage.outputTokens += chunk.outputTokens;
        record.usage.estimated ||= chunk.estimated;
        reported = true;
      }
    }
  } finally {
    if (!reported) estimate(record.usage, messages, text);
  }
  task.signal.throwIfAborted();
  return { text, calls };
}

/** A model that was cut off reports no usage: what it read and wrote is counted here. Before its first word nobody knows that it read. */
function estimate(usage: RunUsage, messages: ChatMessage[], text: string): void {
  usage.estimated = true;
  if (!text) return;
  const read = messages.reduce((sum, message) => sum + message.content.length, 0);
  usage.inputTokens += Math.ceil(read / CHARACTERS_PER_TOKEN);
  usage.outputTokens += Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

async function useTool(task: RunTask, context: RunContext, call: ToolRequest, graph: Graph): Promise<ToolAnswer> {
  const started = performance.now();
  const { id: callId, name: toolName } = call;
  task.tell({ kind: 'ToolCallStarted', callId, toolName, arguments: parseArguments(call.arguments) });
  const answer = await callTool(
    { call, tools: context.tools, runId: task.runId, attempt: task.attempt, sources: task.record.sources, identity: task.identity },
    graph,
  );
  task.record.sources.push(...answer.sources);
  const durationMs = Math.round(performance.now() - started);
  task.tell({ kind: 'ToolCallFinished', callId, toolName, succeeded: answer.succeeded, durationMs, toolCallId: answer.toolCallId });
  return answer;
}

/** What the model wrote is shown even where it is no JSON. */
export function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text || '{}');
  } catch {
    return text;
  }
}
