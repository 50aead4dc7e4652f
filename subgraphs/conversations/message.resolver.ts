import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Failure } from '../../schema/errors.ts';
import type { Context } from '../framework/context.ts';
import { ConversationType, MessageType, RunType } from './conversation.type.ts';
import { citationsByMessage, conversationsById, liveWritingByRun, runsById, siblingsByMessage } from './loaders.ts';
import { ownMessage, type MessageService } from './message.service.ts';
import { CitationType, MessageHit, RegenerateInput, SendMessageInput, SendMessagePayload } from './message.type.ts';
import { searchMessages } from './message-search.ts';

@Resolver(() => MessageType)
export class MessageResolver {
  readonly #messages: MessageService;

  constructor(messages: MessageService) {
    this.#messages = messages;
  }

  @Query(() => MessageType, { description: 'One of your messages, or the answer to one.' })
  async message(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<MessageType> {
    return ownMessage(context.em, context, id);
  }

  @Query(() => [MessageHit], { description: 'Full-text search over your own messages and the answers to them.' })
  async searchMessages(
    @Arg('query', () => String, { description: 'Words that must all occur; the last may be a prefix.' }) query: string,
    @Arg('first', () => Int, { nullable: true, description: 'How many at most, 1 to 100; 20 when absent.' }) first: number | null,
    @Ctx() context: Context,
  ): Promise<MessageHit[]> {
    return searchMessages(context, query, first);
  }

  @Mutation(() => SendMessagePayload, {
    description: 'Sends a message and queues the run that answers it. Returns at once; follow `runEvents`.',
  })
  async sendMessage(
    @Arg('input', () => SendMessageInput, { description: 'The message.' }) input: SendMessageInput,
    @Ctx() context: Context,
  ): Promise<SendMessagePayload> {
    return this.#messages.send(context, input);
  }

  @Mutation(() => SendMessagePayload, { description: 'Queues another answer to the same message, as an alternative to the old one.' })
  async regenerate(
    @Arg('input', () => RegenerateInput, { description: 'The answer.' }) input: RegenerateInput,
    @Ctx() context: Context,
  ): Promise<SendMessagePayload> {
    return this.#messages.regenerate(context, input);
  }

  @FieldResolver(() => String, { description: 'The text; for a running answer, the stored part.' })
  async text(@Root() message: MessageType & { text: string }, @Ctx() context: Context): Promise<string> {
    if (message.text || !message.runId) return message.text;
    return (await liveWritingByRun(context).load(message.runId))?.text ?? message.text;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The reasoning of the model before the answer; null if there is none. For a running answer, the stored part.',
  })
  async reasoning(@Root() message: MessageType & { reasoning: string | null }, @Ctx() context: Context): Promise<string | null> {
    if (message.reasoning || !message.runId) return message.reasoning;
    return (await liveWritingByRun(context).load(message.runId))?.reasoning || null;
  }

  @FieldResolver(() => ConversationType, { description: 'The conversation of the message.' })
  async conversation(@Root() message: MessageType, @Ctx() context: Context): Promise<ConversationType> {
    const conversation = await conversationsById(context).load(message.conversationId);
    if (!conversation) throw new Failure('NOT_FOUND', { kind: 'Conversation' });
    return conversation;
  }

  @FieldResolver(() => [ID], { description: 'The ids of this message and its alternatives, oldest first.' })
  async siblingIds(@Root() message: MessageType, @Ctx() context: Context): Promise<string[]> {
    return siblingsByMessage(context).load(message);
  }

  @FieldResolver(() => [CitationType], { description: 'The sources of an answer, in the order of their numbers in the text.' })
  async citations(@Root() message: MessageType, @Ctx() context: Context): Promise<CitationType[]> {
    return message.runId ? citationsByMessage(context).load(message.id) : [];
  }

  @FieldResolver(() => RunType, { nullable: true, description: "The run that wrote it; null for a person's message." })
  async run(@Root() message: MessageType, @Ctx() context: Context): Promise<RunType | null> {
    return message.runId ? ((await runsById(context).load(message.runId)) ?? null) : null;
  }
}

@Resolver(() => CitationType)
export class CitationResolver {
  @FieldResolver(() => Int, { description: "The offset of the passage's first character in the document's text, in UTF-16 code units." })
  start(@Root() citation: CitationType): number {
    return citation.startOffset;
  }

  @FieldResolver(() => Int, { description: "The offset after the passage's last character." })
  end(@Root() citation: CitationType): number {
    return citation.endOffset;
  }
}
