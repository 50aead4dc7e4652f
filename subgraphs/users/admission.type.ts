import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import type { Role as RoleName } from '../../schema/viewer.ts';
import { DateTime } from '../framework/scalars.ts';
import { Role } from './user.type.ts';

export const SignUpMode = { OPEN: 'OPEN', INVITED: 'INVITED', CLOSED: 'CLOSED' } as const;

registerEnumType(SignUpMode, {
  name: 'SignUpMode',
  description: 'The people who may create an account.',
  valuesConfig: {
    OPEN: { description: 'Anyone whose e-mail address has an allowed domain.' },
    INVITED: { description: 'People with an invitation of an administrator.' },
    CLOSED: { description: 'Sign-up is closed.' },
  },
});

@ObjectType({ description: 'The sign-up policy.' })
export class SignUpPolicy {
  @Field(() => SignUpMode, { description: 'The people who may create an account. The first account can always be created.' })
  mode!: keyof typeof SignUpMode;

  @Field(() => [String], { description: 'E-mail domains that need no invitation; all when empty.' })
  domains!: string[];

  @Field(() => Boolean, { description: 'False until the first account, which becomes administrator, is created.' })
  hasAccounts!: boolean;
}

@InputType({ description: 'A person to invite.' })
export class InviteUserInput {
  @Field(() => String, { description: 'The e-mail address that may sign up.' })
  email!: string;

  @Field(() => Role, { description: 'The role of the new account.', defaultValue: 'USER' })
  role!: RoleName;
}

@ObjectType({ description: 'Permission to create one account.' })
export class Invitation {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => String, { description: 'The e-mail address that may sign up.' })
  email!: string;

  @Field(() => Role, { description: 'The role of the new account.' })
  role!: RoleName;

  @Field(() => DateTime, { description: 'The expiry of the invitation.' })
  expiresAt!: Date;
}

@ObjectType({ description: 'The created invitation.' })
export class InviteUserPayload {
  @Field(() => Invitation, { description: 'The invitation.' })
  invitation!: Invitation;

  @Field(() => String, { description: 'The value for `invitation` of `signUp`. It is returned only here.' })
  token!: string;

  @Field(() => String, { description: 'The path of the sign-up page for it, relative to the address of the product.' })
  path!: string;
}
