import DataLoader from 'dataloader';
import type { Graph } from '../../../infra/graph/graph.ts';
import { askEach } from '../../framework/ask-each.ts';
import { perRequest, type Context } from '../../framework/context.ts';
import { graphql, type ResultOf } from '../../framework/graphql.ts';

/** The last messages of a conversation and the documents that it cites, from which suggestions are computed. */
export interface Recent {
  texts: string[];
  citedIds: string[];
}

const RECENT = graphql(`
  query RecentMessages($id: ID!) {
    conversation(id: $id) {
      thread(last: 50) {
        edges {
          node {
            text
            citations {
              documentId
            }
          }
        }
      }
    }
  }
`);

type Message = ResultOf<typeof RECENT>['conversation']['thread']['edges'][number]['node'];

const MESSAGES = 6;
/** Conversations per request. */
const AT_ONCE = 10;

/** Loads messages through the graph as the viewer, for several conversations at once. */
export function recentMessages(graph: Graph): (context: Context) => DataLoader<string, Recent> {
  return perRequest(
    ({ identity }) =>
      new DataLoader<string, Recent>(
        async (ids) => {
          const variables = ids.map((id) => ({ id }));
          const found = await askEach(graph, RECENT, variables, identity);
          return found.map(({ conversation }) => toRecent(conversation.thread.edges.map(({ node }) => node)));
        },
        { maxBatchSize: AT_ONCE },
      ),
  );
}

function toRecent(messages: Message[]): Recent {
  return {
    texts: messages
      .map(({ text }) => text.trim())
      .filter(Boolean)
      .slice(-MESSAGES),
    citedIds: [...new Set(messages.flatMap(({ citations }) => citations.map(({ documentId }) => documentId)))],
  };
}
