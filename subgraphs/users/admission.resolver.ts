import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../framework/context.ts';
import { hasFounder, type Admission } from './admission.ts';
import { InviteUserInput, InviteUserPayload, SignUpPolicy } from './admission.type.ts';

const MODES = { open: 'OPEN', invited: 'INVITED', closed: 'CLOSED' } as const;

@Resolver()
export class AdmissionResolver {
  readonly #admission: Admission;

  constructor(admission: Admission) {
    this.#admission = admission;
  }

  @Query(() => SignUpPolicy, { description: 'The sign-up policy. Available without signing in.' })
  async signUpPolicy(@Ctx() context: Context): Promise<SignUpPolicy> {
    const { mode, domains } = this.#admission.policy;
    return { mode: MODES[mode], domains: [...domains], hasAccounts: await hasFounder(context.em) };
  }

  @Mutation(() => InviteUserPayload, {
    description: 'Creates an invitation with which one e-mail address can sign up within a week. Administrators only.',
  })
  async inviteUser(
    @Arg('input', () => InviteUserInput, { description: 'The person to invite.' }) input: InviteUserInput,
    @Ctx() context: Context,
  ): Promise<InviteUserPayload> {
    const { token, ...invitation } = await this.#admission.invite(context, input);
    return { invitation, token, path: `/sign-up?${new URLSearchParams({ invitation: token, email: invitation.email }).toString()}` };
  }
}
