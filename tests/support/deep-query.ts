import { addDocument } from './documents.ts';
import { eventually } from './eventually.ts';
import { answering } from './model-script.ts';
import type { ModelServer } from './model-server.ts';
import { Person } from './person.ts';
import type { ProductApi } from './product.ts';

/** A query from a conversation to its costs, across all six subgraphs. */
export const DEEP_QUERY = `query Showcase($id: ID!) {
  viewer { name }
  conversation(id: $id) {
    title
    assistant { name owner { name } }
    messages(first: 20) {
      edges {
        node {
          role
          text
          citations { number passage { page text document { name pageCount knowledgeBase { name } } } }
          run { status assistantVersion { number tools { name } } toolCalls { tool { name } result } usage { inputTokens outputTokens costUsd } }
        }
      }
    }
  }
}`;

const DOCUMENT =
  '# Harbour rules\n\nThe harbour master opens the gate at six in the morning.\n\n# Fees\n\nA berth costs 12 euros a night.\n';

/** Creates a conversation of three questions, each with a calculation, a citation and its usage. */
export async function prepareDeepQuery(product: ProductApi, model: ModelServer): Promise<{ ada: Person; conversationId: string }> {
  const ada = await Person.signUp(product);
  const base = await ada.ask('mutation { createKnowledgeBase(input: { name: "Harbour" }) { knowledgeBase { id } } }');
  const knowledgeBaseId = base.createKnowledgeBase.knowledgeBase.id;
  await addDocument(ada, knowledgeBaseId, { name: 'harbour.md', mediaType: 'text/markdown', content: DOCUMENT });
  const { conversationId } = await ada.startConversation({ knowledgeBaseIds: [knowledgeBaseId], toolIds: ['calculate'] });
  for (const nights of [2, 3, 4]) {
    model.reply(
      answering({ toolCalls: [{ name: 'calculate', arguments: { expression: `12 * ${nights}` } }] }),
      answering({ text: `That is ${12 * nights} euros [1].` }),
    );
    const { runId } = await ada.send(conversationId, `What do ${nights} nights at a berth cost?`);
    await ada.follow(runId);
    const usage = () => ada.ask('query ($id: ID!) { run(id: $id) { usage { inputTokens } } }', { id: runId });
    await eventually(usage, ({ run }) => run.usage !== null);
  }
  return { ada, conversationId };
}
