import { Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime, Json } from '../scalars.ts';
import type { ToolCallStatus } from './tool-call.entity.ts';

export const ToolCallStatusEnum: { [S in ToolCallStatus]: S } = { RUNNING: 'RUNNING', SUCCEEDED: 'SUCCEEDED', FAILED: 'FAILED' };
registerEnumType(ToolCallStatusEnum, {
  name: 'ToolCallStatus',
  description: 'How far a tool call is.',
  valuesConfig: {
    RUNNING: { description: 'The tool is at work.' },
    SUCCEEDED: { description: 'There is a result.' },
    FAILED: { description: 'There is none; `failure` says why.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('ToolCall', { description: 'One use of a tool.' })
export class ToolCallType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => Json, { description: 'What the tool was given.' })
  arguments!: unknown;

  @Field(() => Json, { nullable: true, description: 'What it gave; null while it runs and when it failed.' })
  result!: unknown;

  @Field(() => ToolCallStatusEnum, { description: 'How far it is.' })
  status!: ToolCallStatus;

  @Field(() => String, { nullable: true, description: 'The code of the failure.' })
  failureCode!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it failed, fit for a person and for a model.' })
  failure!: string | null;

  @Field(() => Int, { nullable: true, description: 'How long it took, in milliseconds; null while it runs.' })
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
  @Field(() => ID, { description: 'Which tool.' })
  toolId!: string;

  @Field(() => Json, { description: 'What it is given; must fit its `inputSchema`.' })
  arguments!: unknown;

  @Field(() => ID, { nullable: true, description: 'The run on whose behalf it is called; its assistant must have the tool.' })
  runId?: string | null;

  @Field(() => String, { nullable: true, description: 'The same key never calls twice: it gives the call that was made.' })
  idempotencyKey?: string | null;
}

@ObjectType({ description: 'The call that was made.' })
export class CallToolPayload {
  @Field(() => ToolCallType, { description: 'With its result, or with what went wrong.' })
  toolCall!: ToolCallType;
}
