import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** What one run used: one row for each run, whatever its end. */
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
    /** Null where the model is on no price list. */
    costUsd: p.double().$type<number>().strictNullable(),
    priceVersion: p.text().strictNullable(),
    finishedAt: p.datetime(),
  },
});

export type Usage = InferEntity<typeof Usage>;
