import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../connection.ts';
import { DateTime } from '../scalars.ts';
import type { MessageRole } from './message.entity.ts';
import type { RunStatus } from './run/run.entity.ts';

export const MessageRoleEnum: Record<MessageRole, MessageRole> = { USER: 'USER', ASSISTANT: 'ASSISTANT' };
registerEnumType(MessageRoleEnum, {
  name: 'MessageRole',
  description: 'Who wrote a message.',
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
  description: 'Where a run stands.',
  valuesConfig: {
    QUEUED: { description: 'Waiting for a worker.' },
    RUNNING: { description: 'Being written.' },
    COMPLETED: { description: 'Written to its end.' },
    STOPPED: { description: 'Stopped by a person; the text so far is kept.' },
    FAILED: { description: 'Ended by a fault that `failureCode` names; the text so far is kept.' },
    INTERRUPTED: { description: 'Its workers died too often; the text so far is kept.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('Conversation', { description: 'A tree of messages between a person and an assistant.' })
export class ConversationType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => String, { description: 'Taken from the first message until the person gives one.' })
  title!: string;

  @Field(() => ID, { nullable: true, description: 'The leaf of the branch that the person last looked at; null before the first message.' })
  selectedLeafId!: string | null;

  @Field(() => DateTime, { description: 'When it was started.' })
  createdAt!: Date;

  @Field(() => DateTime, { description: 'When a message last came or changed.' })
  updatedAt!: Date;

  assistantId!: string;
  assistantDeleted!: boolean;
  model!: string | null;
}

@Directive('@key(fields: "id")')
@ObjectType('Message', { description: 'What a person or an assistant wrote.' })
export class MessageType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => MessageRoleEnum, { description: 'Who wrote it.' })
  role!: MessageRole;

  @Field(() => ID, { nullable: true, description: 'The message that it follows; null for a first message.' })
  parentId!: string | null;

  @Field(() => Int, { nullable: true, description: 'How long the model thought, in milliseconds; null where it did not.' })
  reasoningDurationMs!: number | null;

  @Field(() => Boolean, { description: "True when the answer was cut at the model's limit: it may be continued." })
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

  @Field(() => RunStatusEnum, { description: 'Where it stands.' })
  status!: RunStatus;

  @Field(() => String, { nullable: true, description: 'Why it failed, as a code of the error catalogue.' })
  failureCode!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it failed, fit for a person, with the next step.' })
  failure!: string | null;

  @Field(() => DateTime, { description: 'When it was queued.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When its first attempt began.' })
  startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended, one way or another.' })
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
  @Field(() => ID, { description: 'Which one.' })
  conversationId!: string;

  @Field(() => ConversationType, { nullable: true, description: 'As it is now; null when it was deleted.' })
  conversation!: ConversationType | null;
}

@InputType({ description: 'A new conversation.' })
export class StartConversationInput {
  @Field(() => ID, { nullable: true, description: 'Who answers; one of your assistants. Absent or null: your default assistant.' })
  assistantId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'One of `models`, for every answer until another is chosen. Absent or null: the one of the assistant.',
  })
  model?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 200 characters; absent: taken from the first message.' })
  title?: string | null;
}

@InputType({ description: 'A new title.' })
export class RenameConversationInput {
  @Field(() => ID, { description: 'Which conversation.' })
  id!: string;

  @Field(() => String, { description: '1 to 200 characters.' })
  title!: string;
}

@InputType({ description: 'Which conversation to delete.' })
export class DeleteConversationInput {
  @Field(() => ID, { description: 'The conversation; its messages go with it.' })
  id!: string;
}

@InputType({ description: 'Which branch to look at.' })
export class SelectBranchInput {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => ID, { description: 'Any message of the branch; its newest descendants follow.' })
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

@ObjectType({ description: 'What was deleted.' })
export class DeleteConversationPayload {
  @Field(() => ID, { description: 'The id of the deleted conversation.' })
  deletedId!: string;
}

@ObjectType({ description: 'The conversation on its chosen branch.' })
export class SelectBranchPayload {
  @Field(() => ConversationType, { description: 'The conversation.' })
  conversation!: ConversationType;
}
