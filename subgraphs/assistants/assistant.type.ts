import { Directive, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { DateTime } from '../scalars.ts';
import { PageAccessEnum } from './page-access.type.ts';
import type { PageAccess } from './version.entity.ts';

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType('User', { description: 'A person, kept by the users subgraph.' })
export class UserRef {
  @Field(() => ID, { description: 'The id of the person.' })
  id!: string;
}

@Directive('@key(fields: "id")')
@ObjectType('Assistant', { description: 'Who answers: instructions, a model, knowledge and tools under one name.' })
export class AssistantType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => String, { description: 'How it is called.' })
  name!: string;

  @Field(() => String, { description: 'What it is for, in a sentence; may be empty.' })
  description!: string;

  @Field(() => Int, { description: 'The number of the current version, from 1.' })
  version!: number;

  @Field(() => Boolean, { description: 'True for the one that answers where no assistant is named.' })
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
  description: 'The assistant as it was when an answer was given. It stays when the assistant is changed or deleted.',
})
export class AssistantVersionType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => ID, { description: 'The assistant whose version it is.' })
  assistantId!: string;

  @Field(() => Int, { description: 'Counts from 1 for each assistant.' })
  number!: number;

  @Field(() => String, { description: 'How the assistant was called.' })
  name!: string;

  @Field(() => String, { description: 'What the model was told about its task.' })
  instructions!: string;

  @Field(() => Float, { nullable: true, description: '0 to 2; null leaves it to the model.' })
  temperature!: number | null;

  @Field(() => [ID], { description: 'The knowledge bases that it answered from.' })
  knowledgeBaseIds!: string[];

  @Field(() => [ID], { description: 'The tools that it could call.' })
  toolIds!: string[];

  @Field(() => PageAccessEnum, { description: 'Which web pages it could open.' })
  pageAccess!: PageAccess;

  @Field(() => DateTime, { description: 'When it became current.' })
  createdAt!: Date;

  model!: string | null;
  starters!: string[];
}

export const AssistantConnection = connectionType('Assistant', AssistantType);
export const AssistantVersionConnection = connectionType('AssistantVersion', AssistantVersionType);
