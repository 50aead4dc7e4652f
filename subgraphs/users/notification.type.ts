import { ArgsType, Directive, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType, PageArgs } from '../connection.ts';
import { DateTime } from '../scalars.ts';

export const NotificationKind = {
  DOCUMENT_READY: 'DOCUMENT_READY',
  DOCUMENT_FAILED: 'DOCUMENT_FAILED',
  ANSWER_FINISHED: 'ANSWER_FINISHED',
  ANSWER_FAILED: 'ANSWER_FAILED',
  SECURITY: 'SECURITY',
} as const;

registerEnumType(NotificationKind, {
  name: 'NotificationKind',
  description: 'What a notification is about.',
  valuesConfig: {
    DOCUMENT_READY: { description: 'A document can be searched.' },
    DOCUMENT_FAILED: { description: 'A document could not be read.' },
    ANSWER_FINISHED: { description: 'An answer that took long is there.' },
    ANSWER_FAILED: { description: 'An answer failed or was interrupted.' },
    SECURITY: { description: 'Something happened to the account or its sessions.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType('Notification', { description: 'Something that happened while the person was elsewhere.' })
export class NotificationType {
  @Field(() => ID, { description: 'A UUIDv7.' })
  id!: string;

  @Field(() => NotificationKind, { description: 'What it is about.' })
  kind!: keyof typeof NotificationKind;

  @Field(() => String, { description: 'What happened, in one line.' })
  title!: string;

  @Field(() => String, { description: 'What it means, or what to do.' })
  body!: string;

  @Field(() => String, { nullable: true, description: 'A path of the web client.' })
  link!: string | null;

  @Field(() => DateTime, { description: 'When it happened.' })
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When the person read it; null while unread.' })
  readAt!: Date | null;
}

@ObjectType({ description: 'A page of the inbox, newest first.' })
export class NotificationConnection extends connectionType('Notification', NotificationType) {
  @Field(() => Int, { description: 'How many of the whole inbox are unread.' })
  unreadCount!: number;
}

@ArgsType()
export class NotificationsArgs extends PageArgs {
  @Field(() => Boolean, { nullable: true, description: 'Leaves out what was read.' })
  unreadOnly?: boolean | null;
}

@InputType({ description: 'What was read.' })
export class MarkNotificationsReadInput {
  @Field(() => [ID], { nullable: true, description: 'Absent: all of them.' })
  ids?: string[] | null;
}

@ObjectType({ description: 'What was marked as read.' })
export class MarkNotificationsReadPayload {
  @Field(() => Int, { description: 'How many were unread before.' })
  count!: number;

  @Field(() => Int, { description: 'How many are unread now.' })
  unreadCount!: number;
}
