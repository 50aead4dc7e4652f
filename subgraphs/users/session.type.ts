import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Role as RoleName } from '../../schema/viewer.ts';
import { DateTime } from '../framework/scalars.ts';
import { Role, UserType } from './user.type.ts';

@InputType({ description: 'A new account.' })
export class SignUpInput {
  @Field(() => String, { description: 'A valid e-mail address, used to sign in.' })
  email!: string;

  @Field(() => String, {
    description: '8 to 256 characters. Common passwords and ones derived from the name or the e-mail address are rejected.',
  })
  password!: string;

  @Field(() => String, { description: '1 to 100 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The token of an invitation, if sign-up requires one.' })
  invitation?: string | null;
}

@InputType({ description: 'The credentials.' })
export class SignInInput {
  @Field(() => String, { description: 'The e-mail address of the account.' })
  email!: string;

  @Field(() => String, { description: 'The password of the account.' })
  password!: string;
}

@InputType({ description: 'A refresh token.' })
export class RefreshSessionInput {
  @Field(() => String, { description: 'The newest refresh token of the session.' })
  refreshToken!: string;
}

@ObjectType({ description: 'A session that was opened or refreshed.' })
export class SessionPayload {
  @Field(() => String, { description: 'The access token, valid for a few minutes: `Authorization: Bearer …`.' })
  accessToken!: string;

  @Field(() => String, { description: 'A refresh token: valid once, within 30 days.' })
  refreshToken!: string;

  @Field(() => DateTime, { description: 'The expiry of the access token.' })
  expiresAt!: Date;

  @Field(() => UserType, { description: 'The person of the session.' })
  user!: UserType;
}

@ObjectType({ description: 'The end of a session.' })
export class SignOutPayload {
  @Field(() => Boolean, { description: 'True if the session was active until now.' })
  signedOut!: boolean;
}

@Directive('@inaccessible')
@ObjectType('Session', { description: 'The state of a session, for the platform itself.' })
export class SessionType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => Boolean, { description: 'False after sign-out, revocation or 30 days without use.' })
  active!: boolean;

  @Field(() => ID, { description: 'The person of the session.' })
  userId!: string;

  @Field(() => Role, { description: 'The current role of the person.' })
  role!: RoleName;
}
