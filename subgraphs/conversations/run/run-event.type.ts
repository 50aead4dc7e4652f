import { Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import { Json } from '../../framework/scalars.ts';
import { PassageRef, ToolCallRef } from '../reference.type.ts';

@InterfaceType('RunEvent', { description: 'An event of a run.', resolveType: (event: { kind: string }) => event.kind })
export abstract class RunEventType {
  @Field(() => String, { description: 'Pass as `after` to continue after this item.' })
  cursor!: string;

  kind!: string;
}

@ObjectType('RunStarted', {
  implements: RunEventType,
  description: 'An attempt starts. Clients clear the text of an earlier attempt.',
})
class RunStarted extends RunEventType {
  @Field(() => Int, { description: 'Counts from 1.' })
  attempt!: number;

  @Field(() => String, { description: 'The model that answers.' })
  model!: string;
}

@ObjectType('RetrievalStarted', { implements: RunEventType, description: 'The search for passages started.' })
class RetrievalStarted extends RunEventType {
  @Field(() => String, { description: 'The search query.' })
  query!: string;

  @Field(() => [String], { description: 'The names of the knowledge bases that are searched.' })
  knowledgeBases!: string[];
}

@ObjectType('PassagesRetrieved', {
  implements: RunEventType,
  description: 'The passages that the answer may cite, in the order of their numbers.',
})
class PassagesRetrieved extends RunEventType {
  @Field(() => [PassageRef], { nullable: 'items', description: 'The passages; null in place of deleted ones.' })
  passages!: (PassageRef | null)[];

  @Field(() => Int, { description: 'The duration of the search in milliseconds.' })
  durationMs!: number;
}

@ObjectType('TextDelta', { implements: RunEventType, description: 'The next piece of the text.' })
class TextDelta extends RunEventType {
  @Field(() => String, { description: 'Follows the text of the deltas before it in the same attempt.' })
  text!: string;
}

@ObjectType('ReasoningDelta', {
  implements: RunEventType,
  description: "The next piece of the model's reasoning, which is not part of the text.",
})
class ReasoningDelta extends RunEventType {
  @Field(() => String, { description: 'Follows the reasoning before it in the same attempt.' })
  text!: string;
}

@ObjectType('TextRetracted', {
  implements: RunEventType,
  description: 'The end of the text turned out to be reasoning. Clients move it from the text to the reasoning.',
})
class TextRetracted extends RunEventType {
  @Field(() => Int, { description: 'The number of UTF-16 code units to remove from the end.' })
  characters!: number;
}

@ObjectType('ToolCallStarted', { implements: RunEventType, description: 'The model calls a tool.' })
class ToolCallStarted extends RunEventType {
  @Field(() => ID, { description: "The model's id of the call; the same in the event that finishes it." })
  callId!: string;

  @Field(() => String, { description: 'The name of the tool.' })
  toolName!: string;

  @Field(() => Json, { description: 'The arguments of the model.' })
  arguments!: unknown;
}

@ObjectType('ToolCallFinished', { implements: RunEventType, description: 'A tool call succeeded or failed.' })
class ToolCallFinished extends RunEventType {
  @Field(() => ID, { description: "The model's id of the call." })
  callId!: string;

  @Field(() => String, { description: 'The name of the tool.' })
  toolName!: string;

  @Field(() => Boolean, { description: 'False if it failed; the error was returned to the model.' })
  succeeded!: boolean;

  @Field(() => Int, { description: 'The duration in milliseconds.' })
  durationMs!: number;

  @Field(() => ToolCallRef, { nullable: true, description: 'The call with its result; null when no such tool could be called.' })
  toolCall!: ToolCallRef | null;
}

@ObjectType('RunFinished', { implements: RunEventType, description: 'The answer is complete.' })
export class RunFinished extends RunEventType {
  messageId!: string;
}

@ObjectType('RunStopped', { implements: RunEventType, description: 'A person stopped it.' })
export class RunStopped extends RunEventType {
  messageId!: string;
}

@ObjectType('RunFailed', { implements: RunEventType, description: 'The run failed. The text so far is kept.' })
class RunFailed extends RunEventType {
  @Field(() => String, { description: 'A code of the error catalogue.' })
  code!: string;

  @Field(() => String, { description: 'The message for people: what happened and what to do.' })
  message!: string;

  @Field(() => Boolean, { description: 'True if a retry may succeed.' })
  retryable!: boolean;
}

export const RUN_EVENT_TYPES = [
  RunStarted,
  RetrievalStarted,
  PassagesRetrieved,
  TextDelta,
  ReasoningDelta,
  TextRetracted,
  ToolCallStarted,
  ToolCallFinished,
  RunFinished,
  RunStopped,
  RunFailed,
];
