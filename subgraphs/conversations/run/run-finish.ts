import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { providerWords } from '../../../infra/ai/ai.ts';
import { newId } from '../../../infra/id.ts';
import type { Queue } from '../../../infra/queue/queue.ts';
import type { Failure } from '../../../schema/errors.ts';
import type { StoredRunEvent } from '../../../schema/channels.ts';
import { Citation } from '../citation.entity.ts';
import { citedSources } from './citations.ts';
import { Conversation } from '../conversation.entity.ts';
import { countTokens } from '../daily-use.ts';
import { Message } from '../message.entity.ts';
import type { RunEventData } from './run-event.ts';
import type { RunRecord } from './run-loop.ts';
import { NOTHING_WRITTEN, writtenByRun } from './written.ts';
import { Run, type RunStatus } from './run.entity.ts';

export type Outcome = { status: 'COMPLETED' } | { status: 'STOPPED' } | { status: 'FAILED' | 'INTERRUPTED'; failure: Failure };

/** Allows the holder of the attempt to end the run, or any process while no worker has started it. */
export interface Claim {
  runId: string;
  attempt: number;
  worker: string | null;
}

export interface Finished {
  run: Run;
  event: StoredRunEvent;
}

/**
 * Ends a run in one transaction: status, complete text, citations, last event, and the domain event for usage and audit.
 * The text is read from the log, so what is stored is what was shown. Returns null if this process may not end it.
 */
export async function finishRun(
  em: SqlEntityManager,
  queue: Queue,
  claim: Claim,
  outcome: Outcome,
  record: RunRecord | null,
): Promise<Finished | null> {
  return em.transactional(async (inner) => {
    const run = await inner.findOne(
      Run,
      { id: claim.runId, attempt: claim.attempt, worker: claim.worker, status: { $in: ['QUEUED', 'RUNNING'] } },
      { lockMode: LockMode.PESSIMISTIC_WRITE },
    );
    if (!run) return null;
    const { text, reasoning } = (await writtenByRun(inner, [run.id])).get(run.id) ?? NOTHING_WRITTEN;
    const { reasoningMs = null, isTruncated = false } = record ?? {};
    const thought = reasoning ? { reasoning, reasoningDurationMs: reasoningMs } : {};
    await inner.nativeUpdate(Message, { id: run.messageId }, { text, isTruncated, ...thought });
    for (const source of record ? citedSources(text, record.sources) : []) {
      const { number, documentId, documentName, passageId, page, pageLabel, start, end, text: quote } = source;
      inner.create(Citation, {
        id: newId(),
        messageId: run.messageId,
        number,
        documentId,
        documentName,
        passageId,
        page,
        pageLabel,
        startOffset: start,
        endOffset: end,
        quote,
      });
    }
    run.status = outcome.status;
    run.model = record?.model ?? run.model;
    run.lastSeq += 1;
    run.worker = null;
    run.finishedAt = new Date();
    if ('failure' in outcome) {
      run.failureCode = outcome.failure.code;
      run.failure = outcome.failure.message;
      run.failureDetail = providerWords(outcome.failure);
    }
    if (record) await countTokens(inner, run.ownerId, record.usage.inputTokens + record.usage.outputTokens);
    const event = await storeLast(inner, run, lastEvent(run, outcome));
    const conversation = await inner.findOneOrFail(Conversation, { id: run.conversationId });
    conversation.updatedAt = run.finishedAt;
    await inner.flush();
    if (outcome.status === 'COMPLETED' && conversation.titleIsAutomatic)
      await queue.add(inner, 'conversation.title', { conversationId: conversation.id }, { singletonKey: conversation.id });
    await queue.emit(inner, 'run.finished', factOf(run, conversation, record), run.actor);
    return { run, event };
  });
}

async function storeLast(em: SqlEntityManager, run: Run, { kind, ...data }: RunEventData): Promise<StoredRunEvent> {
  const event = { attempt: run.attempt, seq: run.lastSeq, kind, data, at: run.finishedAt!.toISOString() };
  await em.execute('insert into conversations.run_event (run_id, attempt, seq, kind, data, at) values (?, ?, ?, ?, ?::jsonb, ?)', [
    run.id,
    event.attempt,
    event.seq,
    kind,
    JSON.stringify(data),
    event.at,
  ]);
  return event;
}

function lastEvent(run: Run, outcome: Outcome): RunEventData {
  if (outcome.status === 'COMPLETED') return { kind: 'RunFinished', messageId: run.messageId };
  if (outcome.status === 'STOPPED') return { kind: 'RunStopped', messageId: run.messageId };
  const { code, message, retryable } = outcome.failure;
  return { kind: 'RunFailed', code, message, retryable };
}

function factOf(run: Run, conversation: Conversation, record: RunRecord | null) {
  const since = run.createdAt.getTime();
  return {
    runId: run.id,
    conversationId: run.conversationId,
    conversationTitle: conversation.title,
    assistantId: run.assistantId,
    ownerId: run.ownerId,
    model: run.model ?? 'unknown',
    status: run.status as Exclude<RunStatus, 'QUEUED' | 'RUNNING'>,
    failureCode: run.failureCode,
    attempt: run.attempt,
    inputTokens: record?.usage.inputTokens ?? 0,
    outputTokens: record?.usage.outputTokens ?? 0,
    estimated: record?.usage.estimated ?? false,
    durationMs: run.finishedAt!.getTime() - since,
    timeToFirstTokenMs: run.firstTokenAt ? Math.max(0, run.firstTokenAt.getTime() - since) : null,
    finishedAt: run.finishedAt!.toISOString(),
  };
}
