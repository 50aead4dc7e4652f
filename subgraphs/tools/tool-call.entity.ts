import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export type ToolCallStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED';

/** One call of a tool. The row is inserted before the tool starts, so that a second request with its key waits for it. */
export const ToolCall = defineEntity({
  name: 'ToolCall',
  tableName: 'tool_call',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    runId: p.uuid().strictNullable(),
    toolId: p.text(),
    idempotencyKey: p.text().strictNullable(),
    arguments: p.json<unknown>(),
    result: p.json<unknown>().strictNullable(),
    status: p.text().$type<ToolCallStatus>(),
    failureCode: p.text().strictNullable(),
    failure: p.text().strictNullable(),
    durationMs: p.integer().strictNullable(),
    createdAt: p.datetime(),
  },
});

export type ToolCall = InferEntity<typeof ToolCall>;
