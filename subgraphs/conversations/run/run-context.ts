import type { Graph } from '../../../infra/graph/graph.ts';
import type { ToolSpec } from '../../../infra/ai/ai.ts';
import type { Identity } from '../../../schema/viewer.ts';
import { graphql, type Json, type ResultOf } from '../../framework/graphql.ts';

/** The context of an answer besides the messages. */
export interface RunContext {
  name: string;
  instructions: string;
  model: { id: string; supportsTools: boolean; isLanguageModel: boolean };
  temperature: number | null;
  knowledgeBases: { id: string; name: string }[];
  tools: (ToolSpec & { id: string })[];
}

/** A passage that the answer may cite under its number. */
export interface Source {
  number: number;
  passageId: string;
  documentId: string;
  documentName: string;
  page: number | null;
  pageLabel: string | null;
  start: number;
  end: number;
  text: string;
}

const CONTEXT = graphql(`
  query RunContext($runId: ID!) {
    run(id: $runId) {
      model {
        id
        supportsTools
        isLanguageModel
      }
      assistantVersion {
        name
        instructions
        temperature
        model {
          id
          supportsTools
          isLanguageModel
        }
        knowledgeBases {
          id
          name
        }
        tools {
          id
          name
          description
          inputSchema
        }
      }
    }
  }
`);

const PASSAGES = graphql(`
  query RunPassages($runId: ID!, $question: String!, $first: Int!) {
    run(id: $runId) {
      assistantVersion {
        passages(for: $question, first: $first) {
          passage {
            id
            page
            pageLabel
            start
            end
            text
            document {
              id
              name
            }
          }
        }
      }
    }
  }
`);

type Passage = ResultOf<typeof PASSAGES>['run']['assistantVersion']['passages'][number]['passage'];

export async function askContext(graph: Graph, runId: string, identity: Identity): Promise<RunContext> {
  const { run } = await graph.ask(CONTEXT, { runId }, identity);
  const { model, tools, ...version } = run.assistantVersion;
  // A JSON scalar may be anything; the schema of a tool is an object.
  const specs = tools.map((tool) => ({ ...tool, inputSchema: tool.inputSchema as Record<string, Json> }));
  return { ...version, tools: specs, model: run.model ?? model };
}

export async function askPassages(
  graph: Graph,
  question: { runId: string; text: string; first: number },
  identity: Identity,
): Promise<Source[]> {
  const { run } = await graph.ask(PASSAGES, { runId: question.runId, question: question.text, first: question.first }, identity);
  return run.assistantVersion.passages.map(({ passage }, i) => toSource(passage, i + 1));
}

function toSource(passage: Passage, number: number): Source {
  const { id, page, pageLabel, start, end, text, document } = passage;
  return { number, passageId: id, documentId: document.id, documentName: document.name, page, pageLabel, start, end, text };
}
