import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export const Conversation = defineEntity({
  name: 'Conversation',
  tableName: 'conversation',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    assistantId: p.uuid(),
    assistantDeleted: p.boolean(),
    /** The chosen model; null for the model of the assistant. */
    model: p.text().strictNullable(),
    title: p.text(),
    titleIsAutomatic: p.boolean(),
    selectedLeafId: p.uuid().strictNullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export type Conversation = InferEntity<typeof Conversation>;
