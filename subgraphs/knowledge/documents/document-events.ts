import type { Channels } from '../../../schema/channels.ts';
import type { Context } from '../../framework/context.ts';
import { liveMessages } from '../../framework/live.ts';
import { Document } from './document.entity.ts';
import { ownKnowledgeBase } from '../ownership.ts';

type Message = Channels['document'];

const RECENT_MS = 60_000;
const MOST = 100;

/**
 * Streams changes of the documents of one of the viewer's knowledge bases, starting with the current status of
 * documents that are in progress or changed recently, so that a change between a query and the subscription is not
 * missed.
 */
export async function documentEventsOf(knowledgeBaseId: string, context: Context): Promise<AsyncIterableIterator<Message>> {
  await ownKnowledgeBase(knowledgeBaseId, context);
  const live = await liveMessages(context.bus, 'document', knowledgeBaseId);
  try {
    live.prepend(await standing(knowledgeBaseId, context));
    return live;
  } catch (error) {
    await live.return();
    throw error;
  }
}

async function standing(knowledgeBaseId: string, { em }: Context): Promise<Message[]> {
  const recent = new Date(Date.now() - RECENT_MS);
  const documents = await em
    .fork()
    .find(
      Document,
      { knowledgeBaseId, $or: [{ status: { $nin: ['READY', 'FAILED', 'AWAITING_FILE'] } }, { updatedAt: { $gt: recent } }] },
      { orderBy: { updatedAt: 'asc' }, limit: MOST },
    );
  return documents.map(({ id, status }) => ({ documentId: id, status, stage: status, progress: null }));
}
