import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../framework/connection.ts';
import { DateTime } from '../framework/scalars.ts';
import { PageAccessEnum } from './page-access.type.ts';
import type { PageAccess } from './version.entity.ts';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('User', { description: 'A person, owned by the users subgraph.' })
export class UserRef {
  @Field(() => ID, { description: 'The id of the person.' })
  id!: string;
}

@Directive('@key(fields: "id")')
@ObjectType('Assistant', { description: 'An assistant: a name, instructions, a model, knowledge bases and tools.' })
export class AssistantType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'A description in a sentence; may be empty.' })
  description!: string;

  @Field(() => Int, { description: 'The number of the current version, from 1.' })
  version!: number;

  @Field(() => Boolean, { description: 'True for the assistant that answers if none is given.' })
  isDefault!: boolean;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When it was changed last.' })
  updatedAt!: Date;

  ownerId!: string;
  versionId!: string;
}

@Directive('@key(fields: "id")')
@ObjectType('AssistantVersion', {
  description: 'A snapshot of the assistant at the time of an answer. It remains when the assistant is changed or deleted.',
})
export class AssistantVersionType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => ID, { description: 'The assistant whose version it is.' })
  assistantId!: string;

  @Field(() => Int, { description: 'Counts from 1 for each assistant.' })
  number!: number;

  @Field(() => String, { description: 'The name of the assistant at that time.' })
  name!: string;

  @Field(() => String, { description: 'The instructions of the model.' })
  instructions!: string;

  @Field(() => Float, { nullable: true, description: "0 to 2; null for the model's default." })
  temperature!: number | null;

  @Field(() => [ID], { description: 'The knowledge bases that it used.' })
  knowledgeBaseIds!: string[];

  @Field(() => [ID], { description: 'The tools that it could call.' })
  toolIds!: string[];

  @Field(() => PageAccessEnum, { description: 'The web pages that it could open.' })
  pageAccess!: PageAccess;

  @Field(() => DateTime, { description: 'When it became current.' })
  createdAt!: Date;

  model!: string | null;
  starters!: string[];
}

export const AssistantConnection = connectionType('Assistant', AssistantType);
export const AssistantVersionConnection = connectionType('AssistantVersion', AssistantVersionType);
