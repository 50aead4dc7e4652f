import DataLoader from 'dataloader';
import { perRequest } from '../../framework/context.ts';
import { Document } from '../documents/document.entity.ts';
import { Topic } from './topic.entity.ts';
import { fingerprintsOf } from './topic-state.ts';

// Batches without caching; see knowledge-base.loader.ts.
const FRESH = { cache: false };

/** Loads the documents of a topic, by number of its passages, descending. */
export const documentsByTopic = perRequest(
  ({ em }) =>
    new DataLoader<string, Document[]>(async (ids) => {
      const wanted = [...new Set(ids)];
      const rows = await em.fork().execute<{ topicId: string; documentId: string }[]>(
        `select topic_id as "topicId", document_id as "documentId" from knowledge.topic_document
         where topic_id in (${wanted.map(() => '?').join(', ')}) order by passage_count desc, document_id`,
        wanted,
      );
      const documents = await em.fork().find(Document, { id: { $in: [...new Set(rows.map(({ documentId }) => documentId))] } });
      const byId = new Map(documents.map((document) => [document.id, document]));
      const byTopic = Map.groupBy(rows, ({ topicId }) => topicId);
      return ids.map((id) => (byTopic.get(id) ?? []).flatMap(({ documentId }) => byId.get(documentId) ?? []));
    }, FRESH),
);

export interface TopicAnalysis {
  computedAt: Date | null;
  isStale: boolean;
  topics: Topic[];
}

/** Reads the state before the topics, so that stale topics are never reported as current. */
export const analysisByKnowledgeBase = perRequest(
  ({ em }) =>
    new DataLoader<string, TopicAnalysis>(async (ids) => {
      const wanted = [...new Set(ids)];
      const now = await fingerprintsOf(em.fork(), wanted);
      const rows = await em.fork().execute<{ id: string; fingerprint: string; computedAt: string }[]>(
        `select knowledge_base_id as id, fingerprint, computed_at as "computedAt" from knowledge.topic_analysis
         where knowledge_base_id in (${wanted.map(() => '?').join(', ')})`,
        wanted,
      );
      const found = await em.fork().find(Topic, { knowledgeBaseId: { $in: wanted } }, { orderBy: { position: 'asc' } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      const byKnowledgeBase = Map.groupBy(found, ({ knowledgeBaseId }) => knowledgeBaseId);
      return ids.map((id) => {
        const row = byId.get(id);
        return {
          computedAt: row ? new Date(row.computedAt) : null,
          isStale: row?.fingerprint !== now.get(id),
          topics: byKnowledgeBase.get(id) ?? [],
        };
      });
    }, FRESH),
);
