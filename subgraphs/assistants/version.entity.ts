import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** Which pages an assistant may open: of every public host, of hosts that were named, or none. */
export type PageAccess = 'ANY' | 'NAMED' | 'NONE';

/** What an assistant was at one time; a row never changes. */
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
