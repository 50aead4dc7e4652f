import type { JobContext } from '../../../framework/context.ts';
import type { Ports } from '../../../framework/subgraph.ts';
import { fileKey } from '../document.entity.ts';
import { forgetVectors } from '../../vector-index/vector-indexes.ts';

type PurgePorts = Pick<Ports, 'files' | 'vectors'>;

export interface PurgeDocument {
  documentId: string;
  knowledgeBaseId: string;
  /** Where its bytes arrived, if they were not moved yet. */
  uploadKey?: string | null;
}

/** Removes what a deleted document left outside its tables. Does no harm when done again. */
export async function purgeDocument(
  { documentId, knowledgeBaseId: tenant, uploadKey }: PurgeDocument,
  { em }: JobContext,
  { files, vectors }: PurgePorts,
): Promise<void> {
  await forgetVectors(em.fork(), vectors, { tenant, documentId });
  await files.delete(fileKey(documentId));
  if (uploadKey) await files.delete(uploadKey);
}

/** The same for a whole knowledge base. */
export async function purgeKnowledgeBase(
  job: { knowledgeBaseId: string; documents: Omit<PurgeDocument, 'knowledgeBaseId'>[] },
  { em }: JobContext,
  { files, vectors }: PurgePorts,
): Promise<void> {
  await forgetVectors(em.fork(), vectors, { tenant: job.knowledgeBaseId });
  for (const { documentId, uploadKey } of job.documents) {
    await files.delete(fileKey(documentId));
    if (uploadKey) await files.delete(uploadKey);
  }
}
