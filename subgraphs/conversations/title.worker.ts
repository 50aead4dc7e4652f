import type { Ports } from '../framework/subgraph.ts';
import type { JobContext } from '../framework/context.ts';
import { Conversation } from './conversation.entity.ts';
import { Message } from './message.entity.ts';
import { titleByModel } from './title.ts';

/** Generates the title of a conversation after its first answer, unless a person has renamed it. */
export async function writeTitle(
  { conversationId }: { conversationId: string },
  { em, signal }: JobContext,
  ports: Pick<Ports, 'ai' | 'bus'>,
): Promise<void> {
  const conversation = await em.findOne(Conversation, { id: conversationId, titleIsAutomatic: true });
  if (!conversation) return;
  const [question, answer] = await em.find(Message, { conversationId }, { orderBy: { id: 'asc' }, limit: 2 });
  if (!question || !answer?.text) return;
  const title = await titleByModel(ports.ai, { question: question.text, answer: answer.text }, signal);
  if (!title) return;
  await em.nativeUpdate(Conversation, { id: conversationId, titleIsAutomatic: true }, { title });
  await ports.bus.publish('conversation', conversation.ownerId, { conversationId });
}
