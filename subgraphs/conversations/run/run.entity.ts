import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { Actor } from '../../../schema/viewer.ts';

export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'STOPPED' | 'FAILED' | 'INTERRUPTED';

/**
 * An assistant's answer in progress. Its worker holds a lease while it is active; a worker that finds the lease expired
 * claims the run as the next attempt. `lastSeq` is the newest stored event of the current attempt.
 */
export const Run = defineEntity({
  name: 'Run',
  tableName: 'run',
  properties: {
    id: p.uuid().primary(),
    conversationId: p.uuid(),
    ownerId: p.uuid(),
    messageId: p.uuid(),
    questionId: p.uuid(),
    assistantId: p.uuid(),
    assistantVersionId: p.uuid(),
    status: p.text().$type<RunStatus>(),
    attempt: p.integer(),
    /** The number of attempts that were released by a worker during graceful shutdown. */
    handedBack: p.integer(),
    lastSeq: p.integer(),
    worker: p.text().strictNullable(),
    leaseUntil: p.datetime(),
    stopRequestedAt: p.datetime().strictNullable(),
    actor: p.json<Actor>(),
    /** The chosen model, null for the model of the assistant; after its end, the model that answered. */
    model: p.text().strictNullable(),
    failureCode: p.text().strictNullable(),
    failure: p.text().strictNullable(),
    /** The provider's error message, for administrators. */
    failureDetail: p.text().strictNullable(),
    createdAt: p.datetime(),
    startedAt: p.datetime().strictNullable(),
    firstTokenAt: p.datetime().strictNullable(),
    finishedAt: p.datetime().strictNullable(),
  },
});

export type Run = InferEntity<typeof Run>;

export function isActive(run: Pick<Run, 'status'>): boolean {
  return run.status === 'QUEUED' || run.status === 'RUNNING';
}
