import type { Identity } from '../../schema/viewer.ts';
import type { JsonSchema } from './json-schema.ts';

/** Something that an assistant can do beside writing. All of them only read. */
export interface Tool {
  /** What the model calls it; never changes once released. */
  id: string;
  title: string;
  /** Tells people what it does, in one sentence. */
  summary: string;
  /** Tells a model when to use it and how. */
  description: string;
  inputSchema: JsonSchema;
  /** Arguments fit the schema by then. Throws a `Failure` that the model can be told. */
  run(args: any, context: ToolContext): Promise<unknown>;
}

/** On whose behalf a tool works, and until when. */
export interface ToolContext {
  identity: Identity;
  /** The run on whose behalf it is called; null where a person calls it. */
  runId: string | null;
  /** What the run's assistant may search; null where no run asks, so that the person's own rights decide. */
  knowledgeBaseIds: string[] | null;
  signal: AbortSignal;
}
