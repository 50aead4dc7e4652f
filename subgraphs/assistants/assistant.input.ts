import { Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { AssistantType } from './assistant.type.ts';
import { PageAccessEnum } from './page-access.type.ts';
import type { PageAccess } from './version.entity.ts';

@InputType({ description: 'A new assistant.' })
export class CreateAssistantInput {
  @Field(() => String, { description: '1 to 100 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'A description of at most 500 characters.' })
  description?: string | null;

  @Field(() => String, { description: 'The instructions for the model; at most 20,000 characters.' })
  instructions!: string;

  @Field(() => ID, { nullable: true, description: 'A model id. If absent or null, the default model at the time of each answer.' })
  model?: string | null;

  @Field(() => Float, { nullable: true, description: '0 to 2.' })
  temperature?: number | null;

  @Field(() => [ID], { nullable: true, description: 'At most 20 of your own.' })
  knowledgeBaseIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Ids of tools.' })
  toolIds?: string[] | null;

  @Field(() => PageAccessEnum, { nullable: true, description: 'The web pages that it may open; `NAMED` by default.' })
  pageAccess?: PageAccess | null;

  @Field(() => [String], { nullable: true, description: 'At most 8 first messages to offer, of 200 characters each.' })
  starters?: string[] | null;
}

@InputType({ description: 'The changes. Absent fields stay unchanged; every change creates a new version.' })
export class UpdateAssistantInput {
  @Field(() => ID, { description: 'The assistant to change.' })
  id!: string;

  @Field(() => String, { nullable: true, description: '1 to 100 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 500 characters.' })
  description?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 20,000 characters.' })
  instructions?: string | null;

  @Field(() => ID, { nullable: true, description: 'A model id; null for the default model.' })
  model?: string | null;

  @Field(() => Float, { nullable: true, description: "0 to 2; null for the model's default." })
  temperature?: number | null;

  @Field(() => [ID], { nullable: true, description: 'At most 20 of your own.' })
  knowledgeBaseIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Ids of tools.' })
  toolIds?: string[] | null;

  @Field(() => PageAccessEnum, { nullable: true, description: 'The web pages that it may open.' })
  pageAccess?: PageAccess | null;

  @Field(() => [String], { nullable: true, description: 'At most 8, of 200 characters each.' })
  starters?: string[] | null;
}

@InputType({ description: 'The assistant to delete.' })
export class DeleteAssistantInput {
  @Field(() => ID, { description: 'The assistant to delete. Its conversations stay readable.' })
  id!: string;
}

@ObjectType({ description: 'The new assistant.' })
export class CreateAssistantPayload {
  @Field(() => AssistantType, { description: 'The new assistant.' })
  assistant!: AssistantType;
}

@ObjectType({ description: 'The changed assistant.' })
export class UpdateAssistantPayload {
  @Field(() => AssistantType, { description: 'The changed assistant.' })
  assistant!: AssistantType;
}

@ObjectType({ description: 'The deleted object.' })
export class DeleteAssistantPayload {
  @Field(() => ID, { description: 'The id of the deleted assistant.' })
  deletedId!: string;
}
