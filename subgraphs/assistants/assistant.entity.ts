import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export const Assistant = defineEntity({
  name: 'Assistant',
  tableName: 'assistant',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    name: p.text(),
    description: p.text(),
    version: p.integer(),
    versionId: p.uuid(),
    /** True for the person's default assistant; at most one that is not deleted. */
    isDefault: p.boolean(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
    deletedAt: p.datetime().strictNullable(),
  },
});

export type Assistant = InferEntity<typeof Assistant>;
