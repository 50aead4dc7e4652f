import { ArgsType, Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import type { Role as RoleName } from '../../schema/viewer.ts';
import { connectionType, PageArgs } from '../connection.ts';
import { DateTime } from '../scalars.ts';

export const Role = { USER: 'USER', EDITOR: 'EDITOR', ADMIN: 'ADMIN' } as const satisfies { [R in RoleName]: R };

registerEnumType(Role, {
  name: 'Role',
  description: 'What a person may do.',
  valuesConfig: {
    USER: { description: 'Uses what is their own.' },
    EDITOR: { description: 'Also prepares what others use.' },
    ADMIN: { description: 'Sees and governs everything.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('User', { description: 'A person with an account.' })
export class UserType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => String, { description: 'The address that signs the person in, as they wrote it.' })
  email!: string;

  @Field(() => String, { description: 'What the person is called.' })
  name!: string;

  @Field(() => Role, { description: 'What the person may do.' })
  role!: RoleName;

  @Field(() => DateTime, { description: 'When the account was made.' })
  createdAt!: Date;
}

export const UserConnection = connectionType('User', UserType);

@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'A part of the name or the e-mail address, in either case of letters.' })
  search?: string | null;
}
