import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Queue } from '../../../../infra/queue/queue.ts';
import { ERRORS, type Failure } from '../../../../schema/errors.ts';
import type { Actor } from '../../../../schema/viewer.ts';
import { Document } from '../document.entity.ts';
import { renewTopics } from '../../topics/topic-state.ts';

/** Jobs act for the person whose document it is. */
export function actorOfJob(document: Pick<Document, 'id' | 'ownerId'>): Actor {
  return { userId: document.ownerId, sessionId: null, requestId: `ingest:${document.id}` };
}

/** The document can be searched from now on. Inside the caller's transaction. */
export async function tellReady(em: SqlEntityManager, queue: Queue, document: Document): Promise<void> {
  Object.assign(document, { status: 'READY', failure: null, failureCode: null, lease: null, leaseUntil: null, updatedAt: new Date() });
  await em.flush();
  const { id, knowledgeBaseId, ownerId, name, passageCount } = document;
  await renewTopics(em, queue, knowledgeBaseId);
  await queue.emit(em, 'document.ready', { documentId: id, knowledgeBaseId, ownerId, name, passageCount }, actorOfJob(document));
}

/** The document cannot be read, and with it those of the same bytes. Gives all of them. Inside the caller's transaction. */
export async function tellFailed(
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
