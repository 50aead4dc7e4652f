import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from 'type-graphql';
import { requireSystem, viewerOf, type Context } from '../framework/context.ts';
import type { AccessTokens } from '../../infra/tokens/tokens.ts';
import type { SessionService } from './session.service.ts';
import { RefreshSessionInput, SessionPayload, SessionType, SignInInput, SignOutPayload, SignUpInput } from './session.type.ts';
import type { SignedIn, UserService } from './user.service.ts';
import { User } from './user.entity.ts';

@Resolver()
export class SessionResolver {
  readonly #sessions: SessionService;
  readonly #tokens: AccessTokens;
  readonly #users: UserService;

  constructor(parts: { sessions: SessionService; tokens: AccessTokens; users: UserService }) {
    this.#sessions = parts.sessions;
    this.#tokens = parts.tokens;
    this.#users = parts.users;
  }

  @Mutation(() => SessionPayload, {
    description: 'Creates an account and signs in. The first account of an installation becomes administrator.',
  })
  async signUp(
    @Arg('input', () => SignUpInput, { description: 'The account to create.' }) input: SignUpInput,
    @Ctx() context: Context,
  ): Promise<SessionPayload> {
    return this.#payload(await this.#users.signUp(context, input));
  }

  @Mutation(() => SessionPayload, { description: 'Opens a session.' })
  async signIn(
    @Arg('input', () => SignInInput, { description: 'The credentials.' }) input: SignInInput,
    @Ctx() context: Context,
  ): Promise<SessionPayload> {
    return this.#payload(await this.#users.signIn(context, input));
  }

  @Mutation(() => SessionPayload, {
    description: 'Refreshes a session. Using a refresh token twice ends the session, except for two uses within ten seconds.',
  })
  async refreshSession(
    @Arg('input', () => RefreshSessionInput, { description: 'The refresh token.' }) input: RefreshSessionInput,
    @Ctx() context: Context,
  ): Promise<SessionPayload> {
    const session = await this.#sessions.refresh(context, input.refreshToken);
    return this.#payload({ session, user: await context.em.findOneOrFail(User, { id: session.userId }) });
  }

  @Mutation(() => SignOutPayload, { description: 'Ends the session of the request.' })
  async signOut(@Ctx() context: Context): Promise<SignOutPayload> {
    return { signedOut: await this.#sessions.signOut(context, viewerOf(context)) };
  }

  @Directive('@inaccessible')
  @Query(() => SessionType, { nullable: true, description: 'The state of a session, for the platform itself.' })
  async session(@Arg('id', () => ID, { description: 'The session.' }) id: string, @Ctx() context: Context): Promise<SessionType | null> {
    requireSystem(context);
    return this.#sessions.truth(context.em, id);
  }

  async #payload({ session, user }: SignedIn): Promise<SessionPayload> {
    const { token, expiresAt } = await this.#tokens.signAccessToken({ userId: user.id, sessionId: session.sessionId });
    return { accessToken: token, refreshToken: session.refreshToken, expiresAt, user };
  }
}
