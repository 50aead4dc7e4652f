import { ArgsType, Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Role as RoleName } from '../../schema/viewer.ts';
import { connectionType, PageArgs } from '../framework/connection.ts';
import { DateTime } from '../framework/scalars.ts';

export const Role = { USER: 'USER', EDITOR: 'EDITOR', ADMIN: 'ADMIN' } as const satisfies { [R in RoleName]: R };

registerEnumType(Role, {
  name: 'Role',
  description: 'The role of a person.',
  valuesConfig: {
    USER: { description: 'Uses their own data.' },
    EDITOR: { description: 'Reserved for later; may do the same as USER.' },
    ADMIN: { description: 'Administers the platform and sees all of it.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('User', { description: 'A person with an account.' })
export class UserType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => String, { description: 'The e-mail address, as the person wrote it.' })
  email!: string;

  @Field(() => String, { description: 'The name of the person.' })
  name!: string;

  @Field(() => Role, { description: 'The role of the person.' })
  role!: RoleName;

  @Field(() => DateTime, { description: 'The time when the account was created.' })
  createdAt!: Date;
}

export const UserConnection = connectionType('User', UserType);

@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'A part of the name or the e-mail address; case-insensitive.' })
  search?: string | null;
}
