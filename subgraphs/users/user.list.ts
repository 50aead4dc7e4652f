import { contains, listPage, NEWEST_FIRST, type Connection } from '../framework/connection.ts';
import type { Context } from '../framework/context.ts';
import { User } from './user.entity.ts';
import type { UsersArgs } from './user.type.ts';

/** Lists all people, newest account first; `search` matches names and addresses. */
export function listUsers(context: Context, args: UsersArgs): Promise<Connection<User>> {
  const pattern = args.search?.trim() ? contains(args.search) : null;
  const where = pattern ? { $or: [{ name: pattern }, { email: pattern }, { emailKey: pattern }] } : {};
  return listPage(context.em, User, where, NEWEST_FIRST, args);
}
