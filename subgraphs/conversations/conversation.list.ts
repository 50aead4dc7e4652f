import { Failure } from '../../schema/errors.ts';
import { isId } from '../../infra/id.ts';
import {
  contains,
  listPage,
  MAX_PAGE,
  OLDEST_FIRST,
  readCursor,
  readId,
  readInstant,
  toConnection,
  type Connection,
  type PageArgs,
  type Sort,
} from '../framework/connection.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { Conversation } from './conversation.entity.ts';
import { Message } from './message.entity.ts';
import { branchOf } from './thread.ts';

const LAST_CHANGED_FIRST: Sort = { direction: 'desc', key: { updatedAt: readInstant, id: readId } };

/** Lists the viewer's conversations, newest first; `search` matches titles. */
export function listConversations(context: Context, args: PageArgs, search?: string | null): Promise<Connection<Conversation>> {
  const where = { ownerId: viewerOf(context).userId, ...(search?.trim() ? { title: contains(search) } : {}) };
  return listPage(context.em, Conversation, where, LAST_CHANGED_FIRST, args);
}

/** Lists all messages of a conversation, oldest first. */
export function listMessages(context: Context, conversationId: string, args: PageArgs): Promise<Connection<Message>> {
  return listPage(context.em, Message, { conversationId }, OLDEST_FIRST, args);
}

export interface ThreadArgs {
  leafId?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Lists a branch in reading order, paginated backwards from its leaf. */
export async function listThread(
  context: Context,
  conversation: Pick<Conversation, 'id' | 'selectedLeafId'>,
  { leafId, last, before }: ThreadArgs,
): Promise<Connection<Message>> {
  const size = last ?? 50;
  if (size < 1 || size > MAX_PAGE)
    throw new Failure('BAD_USER_INPUT', { reason: `\`last\` must be between 1 and ${MAX_PAGE}.`, field: 'last' });
  const leaf = leafId ?? conversation.selectedLeafId;
  const branch = leaf && isId(leaf) ? await branchOf(context.em, leaf) : [];
  if (leafId && branch[0]?.conversationId !== conversation.id) throw new Failure('NOT_FOUND', { kind: 'Message' });
  const end = before ? branch.findIndex(({ id }) => id === readCursor(before, OLDEST_FIRST.key, 'before')['id']) : branch.length;
  if (end < 0) throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one of this list.', field: 'before' });
  const start = Math.max(0, end - size);
  return toConnection(branch.slice(start, end), branch.length, ['id'], { before: start > 0, after: end < branch.length });
}
