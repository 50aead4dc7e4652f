import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Channels } from '../../schema/channels.ts';
import { PageArgs, type Connection } from '../framework/connection.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { liveMessages } from '../framework/live.ts';
import { listConversations, listMessages, listThread } from './conversation.list.ts';
import { ownConversation, type ConversationService } from './conversation.service.ts';
import {
  ConversationConnection,
  ConversationEventType,
  ConversationType,
  DeleteConversationInput,
  DeleteConversationPayload,
  MessageConnection,
  type MessageType,
  RenameConversationInput,
  RenameConversationPayload,
  RunType,
  SelectBranchInput,
  SelectBranchPayload,
  StartConversationInput,
  StartConversationPayload,
} from './conversation.type.ts';
import { activeRunByConversation, conversationsById } from './loaders.ts';
import { AssistantRef } from './reference.type.ts';

@Resolver(() => ConversationType)
export class ConversationResolver {
  readonly #conversations: ConversationService;

  constructor(conversations: ConversationService) {
    this.#conversations = conversations;
  }

  @Query(() => ConversationType, { description: 'One of your conversations.' })
  async conversation(@Arg('id', () => ID, { description: 'Its id.' }) id: string, @Ctx() context: Context): Promise<ConversationType> {
    return ownConversation(context.em, context, id);
  }

  @Query(() => ConversationConnection, { description: 'Your conversations, newest first.' })
  async conversations(
    @Args(() => PageArgs) page: PageArgs,
    @Arg('search', () => String, { nullable: true, description: 'A part of the title.' }) search: string | null,
    @Ctx() context: Context,
  ): Promise<Connection<ConversationType>> {
    return listConversations(context, page, search);
  }

  @Mutation(() => StartConversationPayload, { description: 'Starts a conversation with an assistant.' })
  async startConversation(
    @Arg('input', () => StartConversationInput, { description: 'The assistant.' }) input: StartConversationInput,
    @Ctx() context: Context,
  ): Promise<StartConversationPayload> {
    return { conversation: await this.#conversations.start(context, input) };
  }

  @Mutation(() => RenameConversationPayload, { description: 'Renames a conversation; the title is not generated again.' })
  async renameConversation(
    @Arg('input', () => RenameConversationInput, { description: 'The title.' }) input: RenameConversationInput,
    @Ctx() context: Context,
  ): Promise<RenameConversationPayload> {
    return { conversation: await this.#conversations.rename(context, input.id, input.title) };
  }

  @Mutation(() => DeleteConversationPayload, { description: 'Deletes a conversation with everything in it.' })
  async deleteConversation(
    @Arg('input', () => DeleteConversationInput, { description: 'The id.' }) input: DeleteConversationInput,
    @Ctx() context: Context,
  ): Promise<DeleteConversationPayload> {
    await this.#conversations.delete(context, input.id);
    return { deletedId: input.id };
  }

  @Mutation(() => SelectBranchPayload, { description: 'Selects the branch to show, on every device.' })
  async selectBranch(
    @Arg('input', () => SelectBranchInput, { description: 'The branch.' }) input: SelectBranchInput,
    @Ctx() context: Context,
  ): Promise<SelectBranchPayload> {
    return { conversation: await this.#conversations.selectBranch(context, input.conversationId, input.leafId) };
  }

  @FieldResolver(() => AssistantRef, { nullable: true, description: 'The assistant; null if it was deleted.' })
  assistant(@Root() conversation: ConversationType): AssistantRef | null {
    return conversation.assistantDeleted ? null : { id: conversation.assistantId };
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The model chosen for the next answers; null for the model of the assistant.',
  })
  modelId(@Root() conversation: ConversationType): string | null {
    return conversation.model;
  }

  @FieldResolver(() => MessageConnection, { description: 'All messages of the tree, oldest first.' })
  async messages(
    @Root() conversation: ConversationType,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: Context,
  ): Promise<Connection<MessageType>> {
    return listMessages(context, conversation.id, page);
  }

  @FieldResolver(() => MessageConnection, {
    description: 'The messages of one branch in reading order, paginated backwards from its leaf.',
  })
  async thread(
    @Root() conversation: ConversationType,
    @Arg('leafId', () => ID, { nullable: true, description: 'The last message of the branch. If absent, of the branch shown last.' })
    leafId: string | null,
    @Arg('last', () => Int, { nullable: true, description: 'How many messages, 1 to 100; 50 when absent.' }) last: number | null,
    @Arg('before', () => String, { nullable: true, description: 'The cursor to continue from, backwards.' })
    before: string | null,
    @Ctx() context: Context,
  ): Promise<Connection<MessageType>> {
    return listThread(context, conversation, { leafId, last, before });
  }

  @FieldResolver(() => RunType, { nullable: true, description: 'The run that is queued or being written, if any.' })
  async activeRun(@Root() conversation: ConversationType, @Ctx() context: Context): Promise<RunType | null> {
    return activeRunByConversation(context).load(conversation.id);
  }
}

@Resolver(() => ConversationEventType)
export class ConversationEventResolver {
  @Subscription(() => ConversationEventType, {
    description: 'Changes of your conversations: titles, newest messages, starts and ends of runs.',
    subscribe: ({ context }: { context: Context }) => liveMessages(context.bus, 'conversation', viewerOf(context).userId),
  })
  conversationEvents(@Root() message: Channels['conversation']): { conversationId: string } {
    return { conversationId: message.conversationId };
  }

  @FieldResolver(() => ConversationType, { nullable: true, description: 'Its current state; null when it was deleted.' })
  async conversation(@Root() event: ConversationEventType, @Ctx() context: Context): Promise<ConversationType | null> {
    const found = await conversationsById(context).load(event.conversationId);
    return found?.ownerId === viewerOf(context).userId ? found : null;
  }
}
