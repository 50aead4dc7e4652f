import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** A cluster of passages. All topics of a knowledge base are replaced at once. */
export const Topic = defineEntity({
  name: 'Topic',
  tableName: 'topic',
  properties: {
    id: p.uuid().primary(),
    knowledgeBaseId: p.uuid(),
    /** The rank by size, from 0. */
    position: p.integer(),
    terms: p.array(),
    passageCount: p.integer(),
  },
});

export type Topic = InferEntity<typeof Topic>;
