import { ArgsType, Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType, PageArgs } from '../connection.ts';
import { DateTime, Json } from '../scalars.ts';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('User', { description: 'A person, kept by the users subgraph.' })
export class UserRef {
  @Field(() => ID, { description: 'The id of the person.' })
  id!: string;
}

@Directive('@key(fields: "id")')
@ObjectType('AuditEntry', { description: 'One thing that happened. Entries are never changed or deleted.' })
export class AuditEntryType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => DateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => String, { description: 'The name of the fact, such as `assistant.created`.' })
  action!: string;

  @Field(() => String, { description: 'The type of the object that it was done to.' })
  targetType!: string;

  @Field(() => ID, { nullable: true, description: 'The id of that object; null where there is none, as for a sign-in to no account.' })
  targetId!: string | null;

  @Field(() => Json, { description: 'What else is known of it.' })
  detail!: Record<string, unknown>;

  @Field(() => String, { description: 'The request that caused it; logs and errors carry the same id.' })
  requestId!: string;

  @Field(() => String, { nullable: true, description: 'The address that the request came from, where it came over the network.' })
  ip!: string | null;
}

export const AuditEntryConnection = connectionType('AuditEntry', AuditEntryType);

@InputType({ description: 'Which entries; every condition given must hold.' })
export class AuditFilter {
  @Field(() => ID, { nullable: true, description: 'Who did it.' })
  actorId?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the fact, such as `assistant.created`.' })
  action?: string | null;

  @Field(() => ID, { nullable: true, description: 'The object that it was done to.' })
  targetId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Not before.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before.' })
  to?: Date | null;
}

@ArgsType()
export class AuditArgs extends PageArgs {
  @Field(() => AuditFilter, { nullable: true, description: 'Which entries; all of them when absent.' })
  filter?: AuditFilter | null;
}
