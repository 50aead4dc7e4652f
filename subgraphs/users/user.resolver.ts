import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { Failure } from '../../schema/errors.ts';
import { contains, listPage, NEWEST_FIRST, type Connection } from '../framework/connection.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { requirePermission } from '../framework/policy.ts';
import { User } from './user.entity.ts';
import { userLoader } from './user.loader.ts';
import { UserConnection, UsersArgs, UserType } from './user.type.ts';

@Resolver(() => UserType)
export class UserResolver {
  @Query(() => UserType, { description: 'The signed-in person.' })
  async viewer(@Ctx() context: Context): Promise<UserType> {
    const user = await userLoader(context).load(viewerOf(context).userId);
    if (!user) throw new Failure('UNAUTHENTICATED');
    return user;
  }

  @Query(() => UserConnection, { description: 'All people with an account, newest first. Administrators only.' })
  async users(@Args(() => UsersArgs) args: UsersArgs, @Ctx() context: Context): Promise<Connection<UserType>> {
    requirePermission(viewerOf(context), 'users.read');
    const pattern = args.search?.trim() ? contains(args.search) : null;
    const where = pattern ? { $or: [{ name: pattern }, { email: pattern }, { emailKey: pattern }] } : {};
    return listPage(context.em, User, where, NEWEST_FIRST, args);
  }
}
