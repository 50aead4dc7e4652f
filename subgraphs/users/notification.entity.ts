import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { NotificationKind } from './notification.type.ts';

export const Notification = defineEntity({
  name: 'Notification',
  tableName: 'notification',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    /** The event that caused it; a redelivered event adds nothing. */
    factId: p.text(),
    kind: p.text().$type<keyof typeof NotificationKind>(),
    title: p.text(),
    body: p.text(),
    link: p.text().strictNullable(),
    createdAt: p.datetime(),
    readAt: p.datetime().strictNullable(),
  },
});

export type Notification = InferEntity<typeof Notification>;
