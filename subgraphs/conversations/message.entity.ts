import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export type MessageRole = 'USER' | 'ASSISTANT';

/** A message. Messages form a tree: an edited question or a regenerated answer is a sibling of the old one. */
export const Message = defineEntity({
  name: 'Message',
  tableName: 'message',
  properties: {
    id: p.uuid().primary(),
    conversationId: p.uuid(),
    ownerId: p.uuid(),
    role: p.text().$type<MessageRole>(),
    text: p.text(),
    /** The model's reasoning; null for messages of people and if the model reports none. */
    reasoning: p.text().strictNullable(),
    reasoningDurationMs: p.integer().strictNullable(),
    /** True if the answer was truncated at the model's limit. */
    isTruncated: p.boolean(),
    parentId: p.uuid().strictNullable(),
    runId: p.uuid().strictNullable(),
    createdAt: p.datetime(),
  },
});

export type Message = InferEntity<typeof Message>;
