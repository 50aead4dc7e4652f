import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export type MessageRole = 'USER' | 'ASSISTANT';

/** Messages form a tree: an edited question and a regenerated answer are siblings of the old ones. */
export const Message = defineEntity({
  name: 'Message',
  tableName: 'message',
  properties: {
    id: p.uuid().primary(),
    conversationId: p.uuid(),
    ownerId: p.uuid(),
    role: p.text().$type<MessageRole>(),
    text: p.text(),
    /** What the model thought; null on messages of people and where a model does not tell. */
    reasoning: p.text().strictNullable(),
    reasoningDurationMs: p.integer().strictNullable(),
    /** The model stopped at its limit in the middle of the answer. */
    isTruncated: p.boolean(),
    parentId: p.uuid().strictNullable(),
    runId: p.uuid().strictNullable(),
    createdAt: p.datetime(),
  },
});

export type Message = InferEntity<typeof Message>;
