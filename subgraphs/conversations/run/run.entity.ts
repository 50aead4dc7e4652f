import { defineEntity, p, type InferEntity } from '@mikro-orm/core';
import type { Actor } from '../../../schema/viewer.ts';

export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'STOPPED' | 'FAILED' | 'INTERRUPTED';

/**
 * An assistant answering. While it is active its worker holds a lease; whoever finds the lease expired takes the
 * run over as the next attempt. `lastSeq` is the number of the newest stored event of the current attempt.
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
    /** Attempts that a worker gave up in good order, when its process was told to stop. */
    handedBack: p.integer(),
    lastSeq: p.integer(),
    worker: p.text().strictNullable(),
    leaseUntil: p.datetime(),
    stopRequestedAt: p.datetime().strictNullable(),
    actor: p.json<Actor>(),
    /** The model that was chosen for it, null for the one of the assistant; from its end the one that answered. */
    model: p.text().strictNullable(),
    failureCode: p.text().strictNullable(),
    failure: p.text().strictNullable(),
    /** What the provider said, for administrators. */
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
