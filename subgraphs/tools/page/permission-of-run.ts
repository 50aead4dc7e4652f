import type { Graph } from '../../../infra/graph/graph.ts';
import { Failure } from '../../../schema/errors.ts';
import type { Identity } from '../../../schema/viewer.ts';
import { graphql, type Json, type ResultOf } from '../../framework/graphql.ts';
import { PagePermission } from './page-permission.ts';

/** Maximum of pages per answer, because the choice of each page can carry information to its host. */
const MAX_PAGES = 20;
const MAX_THREAD_PAGES = 20;
/** Maximum of characters searched for names, newest messages first. */
const MAX_CHARACTERS = 4_000_000;

const RUN = graphql(`
  query PagePermission($id: ID!) {
    run(id: $id) {
      message {
        parentId
        conversation {
          id
        }
      }
      passages {
        text
      }
      toolCalls {
        tool {
          id
        }
        failureCode
        result
      }
      assistantVersion {
        instructions
        pageAccess
      }
    }
  }
`);

const THREAD = graphql(`
  query PageThread($id: ID!, $leafId: ID!, $before: String) {
    conversation(id: $id) {
      thread(leafId: $leafId, last: 100, before: $before) {
        edges {
          node {
            role
            text
            citations {
              quote
            }
          }
        }
        pageInfo {
          hasPreviousPage
          startCursor
        }
      }
    }
  }
`);

type Question = ResultOf<typeof RUN>['run']['message'];
type Thread = ResultOf<typeof THREAD>['conversation']['thread'];
type ThreadMessage = Thread['edges'][number]['node'];

/**
 * Collects what a run may open: hosts in the person's messages of the branch and in the instructions, and URLs in the
 * passages that the run retrieved or that answers of the branch cite. Text of the model or of pages does not count. All of
 * it is loaded through the graph with the person's rights.
 */
export async function permissionOfRun(graph: Graph, runId: string, identity: Identity): Promise<PagePermission> {
  const { run } = await graph.ask(RUN, { id: runId }, identity);
  const { instructions, pageAccess } = run.assistantVersion;
  const pages = run.toolCalls.filter(({ tool, failureCode }) => tool.id === 'fetch_page' && failureCode !== 'TOOL_ADDRESS_NOT_NAMED');
  if (pages.length > MAX_PAGES) throw new Failure('TOOL_BLOCKED', { reason: `One answer opens at most ${MAX_PAGES} pages.` });
  if (pageAccess === 'NONE') return new PagePermission(pageAccess, { byPerson: [], inDocuments: [] });
  const messages = await threadTo(graph, run.message, identity);
  return new PagePermission(pageAccess, {
    byPerson: [instructions, ...messages.filter(({ role }) => role === 'USER').map(({ text }) => text)],
    inDocuments: [
      ...run.passages.flatMap((passage) => passage?.text ?? []),
      ...run.toolCalls.filter(({ tool }) => tool.id === 'search_knowledge').flatMap(({ result }) => passageTexts(result)),
      ...messages.flatMap(({ citations }) => citations.map(({ quote }) => quote)),
    ],
  });
}

/** Loads the branch up to the question, newest first. */
async function threadTo(graph: Graph, { parentId, conversation }: Question, identity: Identity): Promise<ThreadMessage[]> {
  const messages: ThreadMessage[] = [];
  if (parentId === null) return messages;
  let characters = 0;
  let before: string | null = null;
  for (let page = 0; page < MAX_THREAD_PAGES && characters < MAX_CHARACTERS; page++) {
    const answer: ResultOf<typeof THREAD> = await graph.ask(THREAD, { id: conversation.id, leafId: parentId, before }, identity);
    const { edges, pageInfo } = answer.conversation.thread;
    const nodes = edges.map(({ node }) => node);
    messages.push(...nodes);
    characters += nodes.reduce((sum, { text }) => sum + text.length, 0);
    if (!pageInfo.hasPreviousPage) break;
    before = pageInfo.startCursor;
  }
  return messages;
}

function passageTexts(result: Json | null): string[] {
  const { passages } = (result ?? {}) as { passages?: { text: string }[] };
  return Array.isArray(passages) ? passages.map(({ text }) => text) : [];
}
