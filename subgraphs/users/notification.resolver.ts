import { Arg, Args, Ctx, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { viewerOf, type Context } from '../framework/context.ts';
import type { Notification } from './notification.entity.ts';
import { followInbox, type NotificationService } from './notification.service.ts';
import {
  MarkNotificationsReadInput,
  MarkNotificationsReadPayload,
  NotificationConnection,
  NotificationsArgs,
  NotificationType,
} from './notification.type.ts';

@Resolver(() => NotificationType)
export class NotificationResolver {
  readonly #notifications: NotificationService;

  constructor(notifications: NotificationService) {
    this.#notifications = notifications;
  }

  @Query(() => NotificationConnection, { description: 'The inbox, newest first.' })
  async notifications(@Args(() => NotificationsArgs) args: NotificationsArgs, @Ctx() context: Context): Promise<NotificationConnection> {
    return this.#notifications.list(context, viewerOf(context), args);
  }

  @Mutation(() => MarkNotificationsReadPayload, { description: 'Marks notifications as read.' })
  async markNotificationsRead(
    @Arg('input', () => MarkNotificationsReadInput, { description: 'The notifications.' }) input: MarkNotificationsReadInput,
    @Ctx() context: Context,
  ): Promise<MarkNotificationsReadPayload> {
    return this.#notifications.markRead(context, viewerOf(context), input.ids);
  }

  @Subscription(() => NotificationType, {
    description: 'New notifications. Earlier ones are in `notifications`.',
    subscribe: ({ context }: { context: Context }) => followInbox(context),
  })
  notificationReceived(@Root() notification: Notification): Notification {
    return notification;
  }
}
