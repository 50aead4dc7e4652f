import type { ToolRequest } from '../../../infra/ai/ai.ts';
import type { Graph } from '../../../infra/graph/graph.ts';
import type { Identity } from '../../../schema/viewer.ts';
import { graphql, type Json } from '../../framework/graphql.ts';
import { printSources } from './prompt.ts';
import type { RunContext, Source } from './run-context.ts';

const MAX_RESULT_CHARACTERS = 24_000;

const CALL = graphql(`
  mutation RunToolCall($input: CallToolInput!) {
    callTool(input: $input) {
      toolCall {
        id
        status
        result
        failureCode
        failure
      }
    }
  }
`);

export interface ToolAnswer {
  /** The result passed to the model. */
  content: string;
  succeeded: boolean;
  toolCallId: string | null;
  /** Passages that the tool found and that the answer may cite from now on. */
  sources: Source[];
}

/** A passage in the result of `search_knowledge`; results stored before pages had labels lack the label. */
type FoundPassage = Omit<Source, 'number' | 'passageId' | 'pageLabel'> & { id: string; pageLabel?: string | null };

interface Call {
  call: ToolRequest;
  tools: RunContext['tools'];
  runId: string;
  attempt: number;
  sources: Source[];
  identity: Identity;
}

/** Calls a tool through the graph. Returns mistakes of the model to the model, so that it can correct them. */
export async function callTool({ call, tools, runId, attempt, sources, identity }: Call, graph: Graph): Promise<ToolAnswer> {
  const tool = tools.find((offered) => offered.name === call.name);
  if (!tool) return rejected(`There is no tool "${call.name}". The tools are: ${tools.map((offered) => offered.name).join(', ')}.`);
  let parsed: Json;
  try {
    parsed = JSON.parse(call.arguments || '{}') as Json;
  } catch {
    return rejected('The arguments are not valid JSON. Send one JSON object.');
  }
  const idempotencyKey = `${runId}:${attempt}:${call.id}`;
  const data = await graph.ask(CALL, { input: { toolId: tool.id, arguments: parsed, runId, idempotencyKey } }, identity);
  const { id, status, result, failure } = data.callTool.toolCall;
  if (status !== 'SUCCEEDED') return { ...rejected(failure ?? 'The tool failed.'), toolCallId: id };
  const found = foundSources(result, sources);
  const content = found.length > 0 ? printSources(found) : JSON.stringify(result).slice(0, MAX_RESULT_CHARACTERS);
  return { content, succeeded: true, toolCallId: id, sources: found.filter((source) => !sources.includes(source)) };
}

function rejected(reason: string): ToolAnswer {
  return { content: JSON.stringify({ error: reason }), succeeded: false, toolCallId: null, sources: [] };
}

/** Assigns the next free citation numbers to new passages in a tool's result; known passages keep theirs. */
function foundSources(result: Json | null, known: Source[]): Source[] {
  const { passages } = (result ?? {}) as { passages?: FoundPassage[] };
  if (!Array.isArray(passages)) return [];
  let number = known.length;
  return passages.map((passage) => {
    const { id, documentId, documentName, page, pageLabel = null, start, end, text } = passage;
    return (
      known.find((source) => source.passageId === id) ?? {
        number: ++number,
        passageId: id,
        documentId,
        documentName,
        page,
        pageLabel,
        start,
        end,
        text,
      }
    );
  });
}
