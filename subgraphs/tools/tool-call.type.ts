import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime, Json } from '../framework/scalars.ts';
import type { ToolCallStatus } from './tool-call.entity.ts';

export const ToolCallStatusEnum: { [S in ToolCallStatus]: S } = { RUNNING: 'RUNNING', SUCCEEDED: 'SUCCEEDED', FAILED: 'FAILED' };
registerEnumType(ToolCallStatusEnum, {
  name: 'ToolCallStatus',
  description: 'The status of a tool call.',
  valuesConfig: {
    RUNNING: { description: 'The tool is running.' },
    SUCCEEDED: { description: 'The call succeeded.' },
    FAILED: { description: 'The call failed, see `failure`.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('ToolCall', { description: 'One call of a tool.' })
export class ToolCallType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => Json, { description: 'The arguments.' })
  arguments!: unknown;

  @Field(() => Json, { nullable: true, description: 'The result; null while it runs and if it failed.' })
  result!: unknown;

  @Field(() => ToolCallStatusEnum, { description: 'Its status.' })
  status!: ToolCallStatus;

  @Field(() => String, { nullable: true, description: 'The error code.' })
  failureCode!: string | null;

  @Field(() => String, { nullable: true, description: 'The error message, for people and models.' })
  failure!: string | null;

  @Field(() => Int, { nullable: true, description: 'The duration in milliseconds; null while it runs.' })
  durationMs!: number | null;

  @Field(() => DateTime, { description: 'When it began.' })
  createdAt!: Date;

  toolId!: string;
  runId!: string | null;
}

@Directive('@key(fields: "id")')
@ObjectType('Run', { description: 'An assistant answering.' })
export class RunTools {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;
}

@InputType({ description: 'A tool to call.' })
export class CallToolInput {
  @Field(() => ID, { description: 'The tool.' })
  toolId!: string;

  @Field(() => Json, { description: 'The arguments, valid for its `inputSchema`.' })
  arguments!: unknown;

  @Field(() => ID, { nullable: true, description: 'The run that calls it; its assistant must have the tool.' })
  runId?: string | null;

  @Field(() => String, { nullable: true, description: 'An idempotency key: the same key returns the call that was made.' })
  idempotencyKey?: string | null;
}

@ObjectType({ description: 'The call that was made.' })
export class CallToolPayload {
  @Field(() => ToolCallType, { description: 'The call, with its result or failure.' })
  toolCall!: ToolCallType;
}
