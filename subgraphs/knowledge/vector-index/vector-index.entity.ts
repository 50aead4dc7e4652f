import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export const INDEX_STATES = ['BUILDING', 'ACTIVE', 'RETIRED', 'FAILED'] as const;
export type IndexState = (typeof INDEX_STATES)[number];

/** One collection of vectors. At most one is being built and at most one is active: the rows are the pointer. */
export const VectorIndex = defineEntity({
  name: 'VectorIndex',
  tableName: 'vector_index',
  properties: {
    id: p.uuid().primary(),
    collection: p.text(),
    model: p.text(),
    /** Null before its first vector. */
    dimensions: p.integer().strictNullable(),
    state: p.text().$type<IndexState>(),
    /** Why it failed; while it is being built, what it waits for. */
    failure: p.text().strictNullable(),
    /** The number of interruptions of its build by faults of the platform. */
    faults: p.integer(),
    /** When a worker last said that it builds it. */
    beatAt: p.datetime().strictNullable(),
    createdAt: p.datetime(),
    finishedAt: p.datetime().strictNullable(),
    /** When its vectors were removed. */
    droppedAt: p.datetime().strictNullable(),
  },
});

export type VectorIndex = InferEntity<typeof VectorIndex>;
