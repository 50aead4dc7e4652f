import type { Bus } from '../../../../infra/bus/bus.ts';
import type { Document } from '../document.entity.ts';

/** Publishes the status of a document; `progress` is 0 to 1 within the stage. */
export async function showProgress(
  bus: Bus,
  { id, knowledgeBaseId, status }: Pick<Document, 'id' | 'knowledgeBaseId' | 'status'>,
  progress: number | null = null,
): Promise<void> {
  await bus.publish('document', knowledgeBaseId, { documentId: id, status, stage: status, progress });
}

export async function showDeleted(bus: Bus, { id, knowledgeBaseId }: Pick<Document, 'id' | 'knowledgeBaseId'>): Promise<void> {
  await bus.publish('document', knowledgeBaseId, { documentId: id, status: 'DELETED', stage: 'DELETED', progress: null, deleted: true });
}
