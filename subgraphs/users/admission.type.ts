import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { Role as RoleName } from '../../schema/viewer.ts';
import { DateTime } from '../scalars.ts';
import { Role } from './user.type.ts';

export const SignUpMode = { OPEN: 'OPEN', INVITED: 'INVITED', CLOSED: 'CLOSED' } as const;

registerEnumType(SignUpMode, {
  name: 'SignUpMode',
  description: 'Who may make an account.',
  valuesConfig: {
    OPEN: { description: 'Everybody whose e-mail address is of an allowed domain.' },
    INVITED: { description: 'People with an invitation of an administrator.' },
    CLOSED: { description: 'Nobody.' },
  },
});

@ObjectType({ description: 'Who may make an account here.' })
export class SignUpPolicy {
  @Field(() => SignUpMode, { description: 'Who may make an account. The first account can always be made.' })
  mode!: keyof typeof SignUpMode;

  @Field(() => [String], { description: 'E-mail domains that need no invitation; all when empty.' })
  domains!: string[];

  @Field(() => Boolean, { description: 'False until the first account, which becomes administrator, is made.' })
  hasAccounts!: boolean;
}

@InputType({ description: 'A person to invite.' })
export class InviteUserInput {
  @Field(() => String, { description: 'The e-mail address that may sign up.' })
  email!: string;

  @Field(() => Role, { description: 'The role that the new account gets.', defaultValue: 'USER' })
  role!: RoleName;
}

@ObjectType({ description: 'A permission to make one account.' })
export class Invitation {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => String, { description: 'The e-mail address that may sign up.' })
  email!: string;

  @Field(() => Role, { description: 'The role that the new account gets.' })
  role!: RoleName;

  @Field(() => DateTime, { description: 'When the invitation ends.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'An invitation that was made.' })
export class InviteUserPayload {
  @Field(() => Invitation, { description: 'The invitation.' })
  invitation!: Invitation;

  @Field(() => String, { description: 'What `signUp` takes as `invitation`. It is shown only here.' })
  token!: string;

  @Field(() => String, { description: "The page to sign up with it, to be put behind the product's address." })
  path!: string;
}
