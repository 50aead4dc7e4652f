import { Directive, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { MessageType, RunType } from './conversation.type.ts';

// The knowledge subgraph owns document and passage and knows whether they still exist.
@Directive('@key(fields: "documentId passageId", resolvable: false)')
@ObjectType('Citation', { description: 'The source of a statement. Document, page and span remain when the document is deleted.' })
export class CitationType {
  @Field(() => ID, { description: 'A UUID.' })
  id!: string;

  @Field(() => Int, { description: 'The number in the text, as in [2].' })
  number!: number;

  @Field(() => String, { description: 'The name of the document when it was cited.' })
  documentName!: string;

  @Field(() => Int, { nullable: true, description: 'The page, from 1; null in documents without pages.' })
  page!: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The display name of the page when it was cited, such as `Page 3` or `Sheet “Prices”`; null if `page` is.',
  })
  pageLabel!: string | null;

  @Field(() => String, { description: 'The passage as it was cited.' })
  quote!: string;

  @Field(() => ID, { description: 'The id of the document; remains when the document is deleted.' })
  documentId!: string;

  @Field(() => ID, { description: 'The id of the passage; remains when the passage is deleted.' })
  passageId!: string;

  startOffset!: number;
  endOffset!: number;
}

@Directive('@shareable')
@ObjectType('TextMark', { description: 'A span of a text, in UTF-16 code units.' })
export class TextMark {
  @Field(() => Int, { description: 'The offset of its first character.' })
  start!: number;

  @Field(() => Int, { description: 'The offset after its last character.' })
  end!: number;
}

@ObjectType('MessageHit', { description: 'A message that a search found.' })
export class MessageHit {
  @Field(() => MessageType, { description: 'The message.' })
  message!: MessageType;

  @Field(() => String, { description: 'The matching part of its text.' })
  snippet!: string;

  @Field(() => [TextMark], { description: 'Spans of the snippet that match.' })
  marks!: TextMark[];
}

@InputType({ description: 'A message to an assistant.' })
export class SendMessageInput {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => String, { description: '1 to 100,000 characters.' })
  text!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'The parent message. If absent, the leaf of the selected branch; if null, this is a first message. With the parent of an older message, this is an alternative to it.',
  })
  parentId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'One of `models`, for this answer and the following ones. If null, the model of the assistant; if absent, the model that was chosen last.',
  })
  model?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'An idempotency key of up to 200 characters: the same key returns the same message.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'The answer to regenerate.' })
export class RegenerateInput {
  @Field(() => ID, { description: "The assistant's message, which remains as an alternative." })
  messageId!: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'One of `models`, for this answer and the following ones. If null, the model of the assistant; if absent, the model that was chosen last.',
  })
  model?: string | null;

  @Field(() => String, { nullable: true, description: 'An idempotency key of up to 200 characters: the same key returns the same run.' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'The run to stop.' })
export class StopRunInput {
  @Field(() => ID, { description: 'The run. Its text so far is kept.' })
  runId!: string;
}

@ObjectType({ description: "The person's message and the run that answers it." })
export class SendMessagePayload {
  @Field(() => MessageType, { description: "The person's message; the answer is `run.message`." })
  message!: MessageType;

  @Field(() => RunType, { description: 'The run that answers.' })
  run!: RunType;
}

@ObjectType({ description: 'The run that was asked to stop.' })
export class StopRunPayload {
  @Field(() => RunType, { description: 'The run, which ends shortly after.' })
  run!: RunType;
}
