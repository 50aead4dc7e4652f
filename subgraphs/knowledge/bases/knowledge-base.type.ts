import { Directive, Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../../framework/connection.ts';
import { DateTime } from '../../framework/scalars.ts';

@Directive('@key(fields: "id")')
@ObjectType('KnowledgeBase', { description: 'Documents that belong together and are searched together.' })
export class KnowledgeBaseType {
  @Field(() => ID, { description: 'Its id.' })
  id!: string;

  @Field(() => String, { description: 'Its name.' })
  name!: string;

  @Field(() => String, { description: 'A description; may be empty.' })
  description!: string;

  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When its name or description was last changed.' })
  updatedAt!: Date;
}

export const KnowledgeBaseConnection = connectionType('KnowledgeBase', KnowledgeBaseType);

@InputType({ description: 'A new knowledge base.' })
export class CreateKnowledgeBaseInput {
  @Field(() => String, { description: '1 to 100 characters.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'A description of at most 1,000 characters.' })
  description?: string | null;
}

@InputType({ description: 'The changes. Absent fields stay unchanged.' })
export class UpdateKnowledgeBaseInput {
  @Field(() => ID, { description: 'The knowledge base to change.' })
  id!: string;

  @Field(() => String, { nullable: true, description: '1 to 100 characters.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 1,000 characters.' })
  description?: string | null;
}

@InputType({ description: 'The knowledge base to delete.' })
export class DeleteKnowledgeBaseInput {
  @Field(() => ID, { description: 'The knowledge base to delete, with all its documents.' })
  id!: string;
}

@ObjectType({ description: 'The new knowledge base.' })
export class CreateKnowledgeBasePayload {
  @Field(() => KnowledgeBaseType, { description: 'The new knowledge base.' })
  knowledgeBase!: KnowledgeBaseType;
}

@ObjectType({ description: 'The changed knowledge base.' })
export class UpdateKnowledgeBasePayload {
  @Field(() => KnowledgeBaseType, { description: 'The changed knowledge base.' })
  knowledgeBase!: KnowledgeBaseType;
}

@ObjectType({ description: 'The deleted object.' })
export class DeleteKnowledgeBasePayload {
  @Field(() => ID, { description: 'The id of the deleted knowledge base.' })
  deletedId!: string;
}
