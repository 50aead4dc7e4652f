import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

export const INDEX_STATES = ['BUILDING', 'ACTIVE', 'RETIRED', 'FAILED'] as const;
export type IndexState = (typeof INDEX_STATES)[number];

/** A collection of vectors. At most one is being built and at most one is active. */
export const VectorIndex = defineEntity({
  name: 'VectorIndex',
  tableName: 'vector_index',
  properties: {
    id: p.uuid().primary(),
    collection: p.text(),
    model: p.text(),
    /** Null before the first vector. */
    dimensions: p.integer().strictNullable(),
    state: p.text().$type<IndexState>(),
    /** The error; during the build, the last temporary one. */
    failure: p.text().strictNullable(),
    /** The number of interruptions of its build by faults of the platform. */
    faults: p.integer(),
    /** The last heartbeat of a worker that builds it. */
    beatAt: p.datetime().strictNullable(),
    createdAt: p.datetime(),
    finishedAt: p.datetime().strictNullable(),
    droppedAt: p.datetime().strictNullable(),
  },
});

export type VectorIndex = InferEntity<typeof VectorIndex>;
