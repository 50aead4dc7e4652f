import type { JobContext } from '../../../framework/context.ts';
import type { Ports } from '../../../framework/subgraph.ts';
import { fileKey } from '../document.entity.ts';
import { deleteVectors } from '../../vector-index/vector-indexes.ts';

type PurgePorts = Pick<Ports, 'files' | 'vectors'>;

export interface PurgeDocument {
  documentId: string;
  knowledgeBaseId: string;
  /** The staging key, if the bytes were not moved yet. */
  uploadKey?: string | null;
}

/** Deletes the file and the vectors of a deleted document. Idempotent. */
export async function purgeDocument(
  { documentId, knowledgeBaseId: tenant, uploadKey }: PurgeDocument,
  { em }: JobContext,
  { files, vectors }: PurgePorts,
): Promise<void> {
  await deleteVectors(em.fork(), vectors, { tenant, documentId });
  await files.delete(fileKey(documentId));
  if (uploadKey) await files.delete(uploadKey);
}

/** Deletes files and vectors of a deleted knowledge base. */
export async function purgeKnowledgeBase(
  job: { knowledgeBaseId: string; documents: Omit<PurgeDocument, 'knowledgeBaseId'>[] },
  { em }: JobContext,
  { files, vectors }: PurgePorts,
): Promise<void> {
  await deleteVectors(em.fork(), vectors, { tenant: job.knowledgeBaseId });
  for (const { documentId, uploadKey } of job.documents) {
    await files.delete(fileKey(documentId));
    if (uploadKey) await files.delete(uploadKey);
  }
}
