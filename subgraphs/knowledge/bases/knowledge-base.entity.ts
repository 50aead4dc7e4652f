import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export const KnowledgeBase = defineEntity({
  name: 'KnowledgeBase',
  tableName: 'knowledge_base',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    name: p.text(),
    description: p.text(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export type KnowledgeBase = InferEntity<typeof KnowledgeBase>;
