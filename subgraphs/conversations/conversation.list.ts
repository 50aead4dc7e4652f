import { Failure } from '../../schema/errors.ts';
import { isId } from '../../infra/id.ts';
import { decodeCursor, MAX_PAGE, pageSize, toConnection, type Connection, type PageArgs } from '../connection.ts';
import { viewerOf, type Context } from '../context.ts';
import { Conversation } from './conversation.entity.ts';
import { Message } from './message.entity.ts';
import { branchOf } from './thread.ts';

/** The viewer's conversations, the newest first; `search` matches titles. */
export async function listConversations(context: Context, args: PageArgs, search?: string | null): Promise<Connection<Conversation>> {
  const first = pageSize(args);
  const own = { ownerId: viewerOf(context).userId };
  const where = search?.trim()
    ? {
        ...own,
        title: {
          $ilike: `%${search
            .trim()
            .slice(0, 200)
            .replace(/[\\%_]/g, '\\$&')}%`,
        },
      }
    : own;
  const [updatedAt, id] = args.after ? instantAndId(args.after) : [null, null];
  const rows = await context.em.find(
    Conversation,
    updatedAt ? { $and: [where, { $or: [{ updatedAt: { $lt: updatedAt } }, { updatedAt, id: { $lt: id } }] }] } : where,
    { orderBy: { updatedAt: 'desc', id: 'desc' }, limit: first + 1 },
  );
  const total = await context.em.count(Conversation, where);
  return toConnection(
    rows,
    first,
    total,
    args,
    (row) => [row.updatedAt.toISOString(), row.id],
    (row) => row,
  );
}

/** The whole tree of a conversation, in the order of creation. */
export async function listMessages(context: Context, conversationId: string, args: PageArgs): Promise<Connection<Message>> {
  const first = pageSize(args);
  const after = args.after ? decodeCursor(args.after, 1)[0]! : null;
  if (after && !isId(after)) throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one that this list gave.', field: 'after' });
  const rows = await context.em.find(
    Message,
    { conversationId, ...(after ? { id: { $gt: after } } : {}) },
    { orderBy: { id: 'asc' }, limit: first + 1 },
  );
  const total = await context.em.count(Message, { conversationId });
  return toConnection(
    rows,
    first,
    total,
    args,
    (row) => [row.id],
    (row) => row,
  );
}

export interface ThreadArgs {
  leafId?: string | null;
  last?: number | null;
  before?: string | null;
}

/** A branch in reading order, paged backwards from its leaf. */
export async function listThread(
  context: Context,
  conversation: Conversation,
  { leafId, last, before }: ThreadArgs,
): Promise<Connection<Message>> {
  const size = last ?? 50;
  if (size < 1 || size > MAX_PAGE)
    throw new Failure('BAD_USER_INPUT', { reason: `\`last\` must be between 1 and ${MAX_PAGE}.`, field: 'last' });
  const leaf = leafId ?? conversation.selectedLeafId;
  const branch = leaf && isId(leaf) ? await branchOf(context.em, leaf) : [];
  if (leafId && branch[0]?.conversationId !== conversation.id) throw new Failure('NOT_FOUND', { kind: 'Message' });
  const end = before ? branch.findIndex((message) => message.id === decodeCursor(before, 1)[0]) : branch.length;
  if (end < 0) throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one that this list gave.', field: 'before' });
  const start = Math.max(0, end - size);
  const page = toConnection(
    branch.slice(start, end),
    size,
    branch.length,
    {},
    (row) => [row.id],
    (row) => row,
  );
  return { ...page, pageInfo: { ...page.pageInfo, hasPreviousPage: start > 0, hasNextPage: end < branch.length } };
}

function instantAndId(cursor: string): [Date, string] {
  const [at, id] = decodeCursor(cursor, 2);
  const date = new Date(at!);
  if (Number.isNaN(date.getTime()) || !isId(id!))
    throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one that this list gave.', field: 'after' });
  return [date, id!];
}
