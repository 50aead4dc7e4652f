import { ArgsType, Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType, PageArgs } from '../framework/connection.ts';
import { DateTime, Json } from '../framework/scalars.ts';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('User', { description: 'A person, owned by the users subgraph.' })
export class UserRef {
  @Field(() => ID, { description: 'The id of the person.' })
  id!: string;
}

@Directive('@key(fields: "id")')
@ObjectType('AuditEntry', { description: 'One recorded event. Entries are never changed or deleted.' })
export class AuditEntryType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => DateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => String, { description: 'The name of the event, such as `assistant.created`.' })
  action!: string;

  @Field(() => String, { description: 'The type of the object of the event.' })
  targetType!: string;

  @Field(() => ID, { nullable: true, description: 'The id of that object; null if there is none, as for a sign-in without an account.' })
  targetId!: string | null;

  @Field(() => Json, { description: 'Further details.' })
  detail!: Record<string, unknown>;

  @Field(() => String, { description: 'The id of the request that caused it, as in logs and errors.' })
  requestId!: string;

  @Field(() => String, { nullable: true, description: 'The IP address of the request; null for internal requests.' })
  ip!: string | null;
}

export const AuditEntryConnection = connectionType('AuditEntry', AuditEntryType);

@InputType({ description: 'The filter; all given conditions must hold.' })
export class AuditFilter {
  @Field(() => ID, { nullable: true, description: 'The actor.' })
  actorId?: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the event, such as `assistant.created`.' })
  action?: string | null;

  @Field(() => ID, { nullable: true, description: 'The object of the event.' })
  targetId?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'The inclusive beginning.' })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The exclusive end.' })
  to?: Date | null;
}

@ArgsType()
export class AuditArgs extends PageArgs {
  @Field(() => AuditFilter, { nullable: true, description: 'The filter; all entries if absent.' })
  filter?: AuditFilter | null;
}
