import type { SqlEntityManager } from '@mikro-orm/sql';
import { Document } from '../document.entity.ts';

/**
 * Finds the document of the same knowledge base with the same bytes that is ready or older, or null. Of two documents
 * in progress, the one with the later id becomes the duplicate.
 */
export async function findOriginal(em: SqlEntityManager, document: Document): Promise<Document | null> {
  if (!document.sha256) return null;
  const same = await em.find(
    Document,
    {
      knowledgeBaseId: document.knowledgeBaseId,
      sha256: document.sha256,
      duplicateOf: null,
      id: { $ne: document.id },
      status: { $nin: ['AWAITING_FILE', 'FAILED'] },
    },
    { orderBy: { id: 'asc' } },
  );
  return same.find((other) => other.status === 'READY' || other.id < document.id) ?? null;
}

/**
 * Promotes the oldest duplicate before its original is deleted: it is queued as a new document, and the others become
 * its duplicates. Returns the promoted document, or null if there was none. Runs inside the caller's transaction.
 */
export async function promoteDuplicate(em: SqlEntityManager, original: Document): Promise<Document | null> {
  const [promoted, ...others] = await em.find(Document, { duplicateOf: original.id }, { orderBy: { id: 'asc' } });
  if (!promoted) return null;
  Object.assign(promoted, { duplicateOf: null, status: 'QUEUED', attempts: 0, updatedAt: new Date() });
  for (const other of others) other.duplicateOf = promoted.id;
  await em.flush();
  return promoted;
}
