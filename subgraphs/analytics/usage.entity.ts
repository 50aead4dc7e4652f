import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** The usage of one run, successful or not. */
export const Usage = defineEntity({
  name: 'Usage',
  tableName: 'usage',
  properties: {
    runId: p.uuid().primary(),
    ownerId: p.uuid(),
    assistantId: p.uuid(),
    model: p.text(),
    status: p.text(),
    inputTokens: p.integer(),
    outputTokens: p.integer(),
    estimated: p.boolean(),
    durationMs: p.integer(),
    timeToFirstTokenMs: p.integer().strictNullable(),
    /** Null if the model has no price. */
    costUsd: p.double().$type<number>().strictNullable(),
    priceVersion: p.text().strictNullable(),
    finishedAt: p.datetime(),
  },
});

export type Usage = InferEntity<typeof Usage>;
