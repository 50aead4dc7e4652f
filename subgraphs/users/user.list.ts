import { Failure } from '../../schema/errors.ts';
import { isId } from '../../infra/id.ts';
import { decodeCursor, pageSize, toConnection, type Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { User } from './user.entity.ts';
import type { UsersArgs } from './user.type.ts';

/** Everybody, the newest account first; `search` matches names and addresses. Ids grow with time, so one is the whole sort key. */
export async function listUsers(context: Context, args: UsersArgs): Promise<Connection<User>> {
  const first = pageSize(args);
  const pattern = args.search?.trim() ? like(args.search) : null;
  const where = pattern ? { $or: [{ name: { $ilike: pattern } }, { email: { $ilike: pattern } }, { emailKey: { $ilike: pattern } }] } : {};
  const page = args.after ? { $and: [where, { id: { $lt: idAfter(args.after) } }] } : where;
  const rows = await context.em.find(User, page, { orderBy: { id: 'desc' }, limit: first + 1 });
  const total = await context.em.count(User, where);
  return toConnection(
    rows,
    first,
    total,
    args,
    (user) => [user.id],
    (user) => user,
  );
}

/** The id within a cursor of a list that is sorted by id. */
export function idAfter(cursor: string): string {
  const [id] = decodeCursor(cursor, 1) as [string];
  if (!isId(id)) throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is not one that this list gave.', field: 'after' });
  return id;
}

/** `%`, `_` and `\` in what a person types are letters like any other. */
function like(search: string): string {
  return `%${search
    .trim()
    .slice(0, 200)
    .replace(/[\\%_]/g, '\\$&')}%`;
}
