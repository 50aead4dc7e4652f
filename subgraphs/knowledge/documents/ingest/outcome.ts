import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Queue } from '../../../../infra/queue/queue.ts';
import { ERRORS, type Failure } from '../../../../schema/errors.ts';
import type { Actor } from '../../../../schema/viewer.ts';
import { Document } from '../document.entity.ts';
import { renewTopics } from '../../topics/topic-state.ts';

/** Returns the actor of a job: the document's owner. */
export function actorOfJob(document: Pick<Document, 'id' | 'ownerId'>): Actor {
  return { userId: document.ownerId, sessionId: null, requestId: `ingest:${document.id}` };
}

/** Marks the document as ready and emits the event. Runs inside the caller's transaction. */
export async function markReady(em: SqlEntityManager, queue: Queue, document: Document): Promise<void> {
  Object.assign(document, { status: 'READY', failure: null, failureCode: null, lease: null, leaseUntil: null, updatedAt: new Date() });
  await em.flush();
  const { id, knowledgeBaseId, ownerId, name, passageCount } = document;
  await renewTopics(em, queue, knowledgeBaseId);
  await queue.emit(em, 'document.ready', { documentId: id, knowledgeBaseId, ownerId, name, passageCount }, actorOfJob(document));
}

/** Marks the document and its duplicates as failed. Returns all of them. Runs inside the caller's transaction. */
export async function markFailed(
  em: SqlEntityManager,
  queue: Queue,
  document: Document,
  { code, message }: Pick<Failure, 'code' | 'message'>,
): Promise<Document[]> {
  const failed = [document, ...(await em.find(Document, { duplicateOf: document.id }))];
  const reason = message || ERRORS[code].message;
  for (const each of failed) {
    Object.assign(each, {
      status: 'FAILED',
      failure: reason,
      failureCode: code,
      duplicateOf: null,
      lease: null,
      leaseUntil: null,
      updatedAt: new Date(),
    });
  }
  await em.flush();
  await renewTopics(em, queue, document.knowledgeBaseId);
  for (const { id, knowledgeBaseId, ownerId, name } of failed) {
    await queue.emit(em, 'document.failed', { documentId: id, knowledgeBaseId, ownerId, name, code, reason }, actorOfJob(document));
  }
  return failed;
}
