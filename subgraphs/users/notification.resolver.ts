import { Arg, Args, Ctx, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { viewerOf, type Context } from '../context.ts';
import type { Notification } from './notification.entity.ts';
import type { NotificationService } from './notification.service.ts';
import {
  MarkNotificationsReadInput,
  MarkNotificationsReadPayload,
  NotificationConnection,
  NotificationsArgs,
  NotificationType,
} from './notification.type.ts';

/** Made by a function, for a subscription's stream is asked of the class and not of an instance. */
export function notificationResolver(notifications: NotificationService): object {
  @Resolver(() => NotificationType)
  class NotificationResolver {
    @Query(() => NotificationConnection, { description: 'The inbox, newest first.' })
    async notifications(@Args(() => NotificationsArgs) args: NotificationsArgs, @Ctx() context: Context): Promise<NotificationConnection> {
      return notifications.list(context, viewerOf(context), args);
    }

    @Mutation(() => MarkNotificationsReadPayload, { description: 'Marks notifications as read.' })
    async markNotificationsRead(
      @Arg('input', () => MarkNotificationsReadInput, { description: 'Which ones.' }) input: MarkNotificationsReadInput,
      @Ctx() context: Context,
    ): Promise<MarkNotificationsReadPayload> {
      return notifications.markRead(context, viewerOf(context), input.ids);
    }

    @Subscription(() => NotificationType, {
      description: 'What arrives in the inbox from now on. What arrived before is in `notifications`.',
      subscribe: async ({ context }: { context: Context }) => notifications.follow(context.em, viewerOf(context)),
    })
    notificationReceived(@Root() notification: Notification): Notification {
      return notification;
    }
  }
  return new NotificationResolver();
}
