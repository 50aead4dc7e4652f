import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export const Conversation = defineEntity({
  name: 'Conversation',
  tableName: 'conversation',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    assistantId: p.uuid(),
    assistantDeleted: p.boolean(),
    /** The model that the person chose; null: the one of the assistant. */
    model: p.text().strictNullable(),
    title: p.text(),
    titleIsAutomatic: p.boolean(),
    selectedLeafId: p.uuid().strictNullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export type Conversation = InferEntity<typeof Conversation>;
