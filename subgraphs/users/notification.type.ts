import { ArgsType, Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType, PageArgs } from '../framework/connection.ts';
import { DateTime } from '../framework/scalars.ts';

export const NotificationKind = {
  DOCUMENT_READY: 'DOCUMENT_READY',
  DOCUMENT_FAILED: 'DOCUMENT_FAILED',
  ANSWER_FINISHED: 'ANSWER_FINISHED',
  ANSWER_FAILED: 'ANSWER_FAILED',
  SECURITY: 'SECURITY',
} as const;

registerEnumType(NotificationKind, {
  name: 'NotificationKind',
  description: 'The kind of a notification.',
  valuesConfig: {
    DOCUMENT_READY: { description: 'A document can be searched.' },
    DOCUMENT_FAILED: { description: 'A document could not be read.' },
    ANSWER_FINISHED: { description: 'An answer that took long is complete.' },
    ANSWER_FAILED: { description: 'An answer failed or was interrupted.' },
    SECURITY: { description: 'An event of the account or its sessions.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('Notification', { description: 'An event of interest to the person.' })
export class NotificationType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => NotificationKind, { description: 'The kind.' })
  kind!: keyof typeof NotificationKind;

  @Field(() => String, { description: 'A summary in one line.' })
  title!: string;

  @Field(() => String, { description: 'The meaning, or what to do.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'A path of the web client.' })
  link!: string | null;

  @Field(() => DateTime, { description: 'When it happened.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'The time when the person read it; null if unread.' })
  readAt!: Date | null;
}

@ObjectType({ description: 'A page of the inbox, newest first.' })
export class NotificationConnection extends connectionType('Notification', NotificationType) {
  @Field(() => Int, { description: 'The number of unread notifications in the inbox.' })
  unreadCount!: number;
}

@ArgsType()
export class NotificationsArgs extends PageArgs {
  @Field(() => Boolean, { nullable: true, description: 'Unread notifications only.' })
  unreadOnly?: boolean | null;
}

@InputType({ description: 'The notifications to mark as read.' })
export class MarkNotificationsReadInput {
  @Field(() => [ID], { nullable: true, description: 'If absent, all.' })
  ids?: string[] | null;
}

@ObjectType({ description: 'The notifications that were marked as read.' })
export class MarkNotificationsReadPayload {
  @Field(() => Int, { description: 'The number of notifications that were unread before.' })
  count!: number;

  @Field(() => Int, { description: 'The number of unread notifications now.' })
  unreadCount!: number;
}
