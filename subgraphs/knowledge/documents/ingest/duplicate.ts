import type { SqlEntityManager } from '@mikro-orm/sql';
import { Document } from '../document.entity.ts';

/**
 * The document of the same knowledge base that holds the same bytes and was there first, or null. Of two that are read
 * at the same time, the one with the later id gives way.
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
 * Before an original is deleted: the oldest of its duplicates takes its place, to be read as if it were new, and the
 * others become its duplicates. Returns the promoted document, or null if there was no duplicate. Inside the caller's transaction.
 */
export async function promoteDuplicate(em: SqlEntityManager, original: Document): Promise<Document | null> {
  const [promoted, ...others] = await em.find(Document, { duplicateOf: original.id }, { orderBy: { id: 'asc' } });
  if (!promoted) return null;
  Object.assign(promoted, { duplicateOf: null, status: 'QUEUED', attempts: 0, updatedAt: new Date() });
  for (const other of others) other.duplicateOf = promoted.id;
  await em.flush();
  return promoted;
}
