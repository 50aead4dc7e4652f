import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../framework/connection.ts';
import { DateTime } from '../framework/scalars.ts';
import type { MessageRole } from './message.entity.ts';
import type { RunStatus } from './run/run.entity.ts';

export const MessageRoleEnum: Record<MessageRole, MessageRole> = { USER: 'USER', ASSISTANT: 'ASSISTANT' };
registerEnumType(MessageRoleEnum, {
  name: 'MessageRole',
  description: 'The author of a message.',
  valuesConfig: { USER: { description: 'The person.' }, ASSISTANT: { description: 'The assistant.' } },
});

export const RunStatusEnum: Record<RunStatus, RunStatus> = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  COMPLETED: 'COMPLETED',
  STOPPED: 'STOPPED',
  FAILED: 'FAILED',
  INTERRUPTED: 'INTERRUPTED',
};
registerEnumType(RunStatusEnum, {
  name: 'RunStatus',
  description: 'The status of a run.',
  valuesConfig: {
    QUEUED: { description: 'Waiting for a worker.' },
    RUNNING: { description: 'The answer is being generated.' },
    COMPLETED: { description: 'The answer is complete.' },
    STOPPED: { description: 'Stopped by a person; the text so far is kept.' },
    FAILED: { description: 'Failed with `failureCode`; the text so far is kept.' },
    INTERRUPTED: { description: 'Its workers crashed too often; the text so far is kept.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('Conversation', { description: 'A tree of messages between a person and an assistant.' })
export class ConversationType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => String, { description: 'Generated from the first message until the person renames it.' })
  title!: string;

  @Field(() => ID, { nullable: true, description: 'The leaf of the branch shown last; null before the first message.' })
  selectedLeafId!: string | null;

  @Field(() => DateTime, { description: 'When it was started.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'The time of the last new or changed message.' })
  updatedAt!: Date;

  assistantId!: string;
  assistantDeleted!: boolean;
  model!: string | null;
}

@Directive('@key(fields: "id")')
@ObjectType('Message', { description: 'A message of a person or an assistant.' })
export class MessageType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => MessageRoleEnum, { description: 'The author.' })
  role!: MessageRole;

  @Field(() => ID, { nullable: true, description: 'The parent message; null for a first message.' })
  parentId!: string | null;

  @Field(() => Int, { nullable: true, description: 'The duration of the reasoning in milliseconds; null if there was none.' })
  reasoningDurationMs!: number | null;

  @Field(() => Boolean, { description: "True if the answer was truncated at the model's limit and can be continued." })
  isTruncated!: boolean;

  @Field(() => DateTime, { description: 'When it was sent, or when its run was queued.' })
  createdAt!: Date;

  conversationId!: string;
  runId!: string | null;
}

@Directive('@key(fields: "id")')
@ObjectType('Run', { description: 'An assistant answering.' })
export class RunType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => RunStatusEnum, { description: 'Its status.' })
  status!: RunStatus;

  @Field(() => String, { nullable: true, description: 'The error code.' })
  failureCode!: string | null;

  @Field(() => String, { nullable: true, description: 'The error message for people, with the next step.' })
  failure!: string | null;

  @Field(() => DateTime, { description: 'When it was queued.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'The start of its first attempt.' })
  startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'The time when it ended.' })
  finishedAt!: Date | null;

  model!: string | null;
  failureDetail!: string | null;
  attempt!: number;
  lastSeq!: number;
  messageId!: string;
  assistantVersionId!: string;
}

export const ConversationConnection = connectionType('Conversation', ConversationType);
export const MessageConnection = connectionType('Message', MessageType);

@ObjectType('ConversationEvent', { description: 'A conversation that changed.' })
export class ConversationEventType {
  @Field(() => ID, { description: 'The id.' })
  conversationId!: string;

  @Field(() => ConversationType, { nullable: true, description: 'Its current state; null when it was deleted.' })
  conversation!: ConversationType | null;
}

@InputType({ description: 'A new conversation.' })
export class StartConversationInput {
  @Field(() => ID, { nullable: true, description: 'One of your assistants. If absent or null, your default assistant.' })
  assistantId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'One of `models`, for every answer until another is chosen. If absent or null, the model of the assistant.',
  })
  model?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 200 characters. If absent, generated from the first message.' })
  title?: string | null;
}

@InputType({ description: 'A new title.' })
export class RenameConversationInput {
  @Field(() => ID, { description: 'The conversation.' })
  id!: string;

  @Field(() => String, { description: '1 to 200 characters.' })
  title!: string;
}

@InputType({ description: 'The conversation to delete.' })
export class DeleteConversationInput {
  @Field(() => ID, { description: 'The conversation to delete, with its messages.' })
  id!: string;
}

@InputType({ description: 'The branch to select.' })
export class SelectBranchInput {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => ID, { description: 'Any message of the branch; it continues with its newest descendants.' })
  leafId!: string;
}

@ObjectType({ description: 'The new conversation.' })
export class StartConversationPayload {
  @Field(() => ConversationType, { description: 'The new conversation.' })
  conversation!: ConversationType;
}

@ObjectType({ description: 'The renamed conversation.' })
export class RenameConversationPayload {
  @Field(() => ConversationType, { description: 'The renamed conversation.' })
  conversation!: ConversationType;
}

@ObjectType({ description: 'The deleted object.' })
export class DeleteConversationPayload {
  @Field(() => ID, { description: 'The id of the deleted conversation.' })
  deletedId!: string;
}

@ObjectType({ description: 'The conversation on its chosen branch.' })
export class SelectBranchPayload {
  @Field(() => ConversationType, { description: 'The conversation.' })
  conversation!: ConversationType;
}
