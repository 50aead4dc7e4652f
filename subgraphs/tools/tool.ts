import type { Identity } from '../../schema/viewer.ts';
import type { JsonSchema } from './json-schema.ts';

/** A function that an assistant can call. Tools only read. */
export interface Tool {
  /** The stable id, which is the name that the model uses. */
  id: string;
  title: string;
  /** A description for people, in one sentence. */
  summary: string;
  /** Instructions for the model: when to use it and how. */
  description: string;
  inputSchema: JsonSchema;
  /** Runs the tool with validated arguments. Throws a `Failure`, which is reported to the model. */
  run(args: any, context: ToolContext): Promise<unknown>;
}

/** The caller of a tool, and its abort signal. */
export interface ToolContext {
  identity: Identity;
  /** The run that calls it; null if a person does. */
  runId: string | null;
  /** The knowledge bases that the run's assistant may search; null without a run, so that the person's rights decide. */
  knowledgeBaseIds: string[] | null;
  signal: AbortSignal;
}
