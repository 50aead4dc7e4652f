import { Failure } from '../../schema/errors.ts';
import { decodeCursor, pageSize, toConnection, type Connection, type PageArgs } from '../connection.ts';
import { viewerOf, type Context } from '../context.ts';
import { Assistant } from './assistant.entity.ts';
import { AssistantVersion } from './version.entity.ts';

/** The viewer's assistants, the newest change first; `search` matches names and descriptions. */
export async function listAssistants(context: Context, args: PageArgs, search?: string | null): Promise<Connection<Assistant>> {
  const first = pageSize(args);
  const own = { ownerId: viewerOf(context).userId, deletedAt: null };
  const matching = search?.trim() ? { $or: [{ name: { $ilike: like(search) } }, { description: { $ilike: like(search) } }] } : {};
  const where = { ...own, ...matching };
  const after = args.after ? decodeCursor(args.after, 2) : null;
  const rows = await context.em.find(
    Assistant,
    after
      ? { $and: [where, { $or: [{ updatedAt: { $lt: instant(after[0]!) } }, { updatedAt: instant(after[0]!), id: { $lt: after[1]! } }] }] }
      : where,
    { orderBy: { updatedAt: 'desc', id: 'desc' }, limit: first + 1 },
  );
  const total = await context.em.count(Assistant, where);
  return toConnection(
    rows,
    first,
    total,
    args,
    (row) => [row.updatedAt.toISOString(), row.id],
    (row) => row,
  );
}

/** The versions of one of the viewer's assistants, the newest first. */
export async function listVersions(context: Context, assistantId: string, args: PageArgs): Promise<Connection<AssistantVersion>> {
  const first = pageSize(args);
  const where = { assistantId, ownerId: viewerOf(context).userId };
  const after = args.after ? Number(decodeCursor(args.after, 1)[0]) : null;
  const rows = await context.em.find(AssistantVersion, after ? { ...where, number: { $lt: after } } : where, {
    orderBy: { number: 'desc' },
    limit: first + 1,
  });
  const total = await context.em.count(AssistantVersion, where);
  return toConnection(
    rows,
    first,
    total,
    args,
    (row) => [String(row.number)],
    (row) => row,
  );
}

/** `%`, `_` and `\` in what a person types are letters like any other. */
function like(search: string): string {
  return `%${search
    .trim()
    .slice(0, 200)
    .replace(/[\\%_]/g, '\\$&')}%`;
}

function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one that this list gave.', field: 'after' });
  return date;
}
