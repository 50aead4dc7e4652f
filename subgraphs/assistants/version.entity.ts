import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** The pages that an assistant may open: of any public host, of named hosts, or none. */
export type PageAccess = 'ANY' | 'NAMED' | 'NONE';

/** An immutable snapshot of an assistant's configuration. */
export const AssistantVersion = defineEntity({
  name: 'AssistantVersion',
  tableName: 'assistant_version',
  properties: {
    id: p.uuid().primary(),
    assistantId: p.uuid(),
    ownerId: p.uuid(),
    number: p.integer(),
    name: p.text(),
    instructions: p.text(),
    model: p.text().strictNullable(),
    temperature: p.float().strictNullable(),
    knowledgeBaseIds: p.json<string[]>(),
    toolIds: p.json<string[]>(),
    pageAccess: p.text().$type<PageAccess>(),
    starters: p.json<string[]>(),
    createdAt: p.datetime(),
  },
});

export type AssistantVersion = InferEntity<typeof AssistantVersion>;
