import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Role as RoleName } from '../../schema/viewer.ts';
import { DateTime } from '../scalars.ts';
import { Role, UserType } from './user.type.ts';

@InputType({ description: 'A new account.' })
export class SignUpInput {
  @Field(() => String, { description: 'A valid address; it signs the person in.' })
  email!: string;

  @Field(() => String, { description: '8 to 256 characters; common ones and those made of the name or the address are refused.' })
  password!: string;

  @Field(() => String, { description: '1 to 100 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'The token of an invitation, where sign-up needs one.' })
  invitation?: string | null;
}

@InputType({ description: 'What proves who signs in.' })
export class SignInInput {
  @Field(() => String, { description: 'The address of the account.' })
  email!: string;

  @Field(() => String, { description: 'The password of the account.' })
  password!: string;
}

@InputType({ description: 'What continues a session.' })
export class RefreshSessionInput {
  @Field(() => String, { description: 'The newest refresh token of the session; it can be used once.' })
  refreshToken!: string;
}

@ObjectType({ description: 'A session that was opened or continued.' })
export class SessionPayload {
  @Field(() => String, { description: 'Proves who asks, for a few minutes: `Authorization: Bearer …`.' })
  accessToken!: string;

  @Field(() => String, { description: 'Continues the session once, within 30 days.' })
  refreshToken!: string;

  @Field(() => DateTime, { description: 'When the access token ends.' })
  expiresAt!: Date;

  @Field(() => UserType, { description: 'Whose session it is.' })
  user!: UserType;
}

@ObjectType({ description: 'The end of a session.' })
export class SignOutPayload {
  @Field(() => Boolean, { description: 'True when the session was open until now.' })
  signedOut!: boolean;
}

@Directive('@inaccessible')
@ObjectType('Session', { description: 'The truth about a session, for the platform itself.' })
export class SessionType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => Boolean, { description: 'False once it was signed out, revoked or left for 30 days.' })
  active!: boolean;

  @Field(() => ID, { description: 'Whose session it is.' })
  userId!: string;

  @Field(() => Role, { description: 'What the person may do now.' })
  role!: RoleName;
}
