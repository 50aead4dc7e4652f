import DataLoader from 'dataloader';
import type { Graph } from '../../../infra/graph/graph.ts';
import { perRequest, type Context } from '../../context.ts';

/** What was said last, and which documents were cited; what the suggestions for a conversation start from. */
export interface Recent {
  texts: string[];
  citedIds: string[];
}

interface Message {
  text: string;
  citations: { documentId: string }[];
}

type Conversations = Record<string, { thread: { edges: { node: Message }[] } }>;

const LOOK_BACK = 50;
const MESSAGES = 6;
/** Conversations in one question. */
const AT_ONCE = 10;

/** Asks the graph as the viewer, for several conversations at once. */
export function recentMessages(graph: Graph): (context: Context) => DataLoader<string, Recent> {
  return perRequest(
    ({ identity }) =>
      new DataLoader<string, Recent>(
        async (ids) => {
          const variables = Object.fromEntries(ids.map((id, index) => [`id${index}`, id]));
          const found = await graph.ask<Conversations>(documentFor(ids.length), variables, identity);
          return ids.map((_, index) => toRecent(found[`c${index}`]!.thread.edges.map(({ node }) => node)));
        },
        { maxBatchSize: AT_ONCE },
      ),
  );
}

function documentFor(count: number): string {
  const places = Array.from({ length: count }, (_, index) => index);
  const fields = places.map(
    (place) =>
      `c${place}: conversation(id: $id${place}) { thread(last: ${LOOK_BACK}) { edges { node { text citations { documentId } } } } }`,
  );
  return `query RecentMessages(${places.map((place) => `$id${place}: ID!`).join(', ')}) { ${fields.join(' ')} }`;
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
