import type { Graph } from '../../infra/graph/graph.ts';
import { Failure } from '../../schema/errors.ts';
import { graphql } from '../framework/graphql.ts';
import type { Tool, ToolContext } from './tool.ts';

const DEFAULT_COUNT = 6;

const SEARCH = graphql(`
  query ToolSearch($input: SearchKnowledgeInput!) {
    searchKnowledge(input: $input) {
      score
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
`);

export interface FoundPassage {
  id: string;
  documentId: string;
  documentName: string;
  page: number | null;
  pageLabel: string | null;
  start: number;
  end: number;
  text: string;
}

export function searchKnowledge(graph: Graph): Tool {
  return {
    id: 'search_knowledge',
    title: 'Search the documents',
    summary: 'Searches your documents again while it answers, in other words where needed.',
    description:
      "Searches the person's documents and gives the passages that fit best. Use it when the passages that you have do not hold the answer; ask again in other words before you give up.",
    inputSchema: {
      type: 'object',
      properties: {
        query: {
          type: 'string',
          description: 'The query: a question, or words that the text would use.',
          minLength: 1,
          maxLength: 1000,
        },
        count: { type: 'integer', description: 'How many passages; 6 when absent.', minimum: 1, maximum: 20 },
      },
      required: ['query'],
      additionalProperties: false,
    },
    run: async ({ query, count }: { query: string; count?: number }, context) => ({
      passages: await search(graph, { query, first: count ?? DEFAULT_COUNT }, context),
    }),
  };
}

async function search(
  graph: Graph,
  input: { query: string; first: number },
  { knowledgeBaseIds, identity }: ToolContext,
): Promise<FoundPassage[]> {
  if (knowledgeBaseIds?.length === 0) throw new Failure('TOOL_FAILED', { reason: 'This assistant has no knowledge base to search.' });
  const data = await graph.ask(SEARCH, { input: knowledgeBaseIds ? { ...input, knowledgeBaseIds } : input }, identity);
  return data.searchKnowledge.map(({ passage }) => {
    const { id, page, pageLabel, start, end, text, document } = passage;
    return { id, documentId: document.id, documentName: document.name, page, pageLabel, start, end, text };
  });
}
