// Compiled and never run: an expected error that does not occur does not compile.
import type { Graph } from '../../infra/graph/graph.ts';
import type { Identity } from '../../schema/viewer.ts';
import { graphql } from '../../subgraphs/framework/graphql.ts';
import { ConversationType } from '../../subgraphs/conversations/conversation.type.ts';
import type { Conversation } from '../../subgraphs/conversations/conversation.entity.ts';

const RUN = graphql('query Run($id: ID!) { run(id: $id) { status message { text } } }');

export async function documents(graph: Graph, identity: Identity): Promise<void> {
  const { run } = await graph.ask(RUN, { id: 'an id' }, identity);
  run.message.text satisfies string;

  // @ts-expect-error A field that the schema does not have.
  graphql('query Run($id: ID!) { run(id: $id) { status message { txet } } }');
  // @ts-expect-error A field that the document does not ask for.
  void run.message.id;
  // @ts-expect-error A variable that the document does not have.
  await graph.ask(RUN, { runId: 'an id' }, identity);
  // @ts-expect-error A text that is not a typed document.
  await graph.ask('query Run { run(id: "an id") { status } }', {}, identity);
}

/** Simulates a resolver that returns an entity. */
export const columns = {
  whole: (conversation: Conversation): ConversationType => conversation,
  // @ts-expect-error A column that the type of the schema needs and the entity does not have.
  renamed: ({ title: caption, ...rest }: Conversation): ConversationType => ({ ...rest, caption }),
};
