import { withTimeout } from '../../infra/async/timeout.ts';
import type { Log } from '../../infra/log.ts';
import { ERRORS, Failure, type ErrorCode } from '../../schema/errors.ts';
import type { Identity } from '../../schema/viewer.ts';
import { misfit } from './json-schema.ts';
import { storable } from './storable.ts';
import type { Tool } from './tool.ts';

const TIMEOUT_MS = 30_000;
const MAX_RESULT_CHARACTERS = 1_000_000;

/** The stored outcome of a call. */
export interface Outcome {
  status: 'SUCCEEDED' | 'FAILED';
  result: unknown;
  failureCode: ErrorCode | null;
  failure: string | null;
  durationMs: number;
}

export interface RunContext {
  /** Timeout in milliseconds; 30 s by default. */
  timeoutMs?: number;
  identity: Identity;
  runId: string | null;
  knowledgeBaseIds: string[] | null;
  log: Log;
}

/** Runs a tool within its timeout. Never throws; logs unexpected errors of the tool. */
export async function runTool(tool: Tool, args: unknown, context: RunContext): Promise<Outcome> {
  const started = performance.now();
  const since = () => Math.round(performance.now() - started);
  try {
    const result = storable(await within(tool, args, context));
    if (JSON.stringify(result).length > MAX_RESULT_CHARACTERS)
      throw new Failure('TOOL_FAILED', { reason: 'The result is larger than 1 MB.' });
    return { status: 'SUCCEEDED', result, failureCode: null, failure: null, durationMs: since() };
  } catch (error) {
    if (error instanceof Failure)
      return { status: 'FAILED', result: null, failureCode: error.code, failure: error.message, durationMs: since() };
    context.log.error({ err: error, tool: tool.id, requestId: context.identity.requestId }, 'a tool broke');
    return { status: 'FAILED', result: null, failureCode: 'TOOL_FAILED', failure: ERRORS.TOOL_FAILED.message, durationMs: since() };
  }
}

/** Rejects at the timeout even if the tool ignores its signal. */
async function within(
  tool: Tool,
  args: unknown,
  { identity, runId, knowledgeBaseIds, timeoutMs = TIMEOUT_MS }: RunContext,
): Promise<unknown> {
  const wrong = misfit(args, tool.inputSchema);
  if (wrong) throw new Failure('TOOL_BAD_ARGUMENTS', { reason: wrong });
  const controller = new AbortController();
  const failure = new Failure('TOOL_TIMEOUT', { reason: `The tool took longer than ${timeoutMs / 1000} s.` });
  const result = await withTimeout(tool.run(args, { identity, runId, knowledgeBaseIds, signal: controller.signal }), timeoutMs, failure);
  if (result !== failure) return result;
  controller.abort(failure);
  throw failure;
}
