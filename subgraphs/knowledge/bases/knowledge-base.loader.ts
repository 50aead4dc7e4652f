import DataLoader from 'dataloader';
import { perRequest } from '../../framework/context.ts';
import { KnowledgeBase } from './knowledge-base.entity.ts';

/**
 * Batches without caching: a mutation may change rows that were loaded before it, and the request of a subscription
 * lives for hours.
 */
const FRESH = { cache: false };

export const knowledgeBasesById = perRequest(
  ({ em }) =>
    new DataLoader<string, KnowledgeBase | undefined>(async (ids) => {
      const found = await em.fork().find(KnowledgeBase, { id: { $in: [...new Set(ids)] } });
      const byId = new Map(found.map((knowledgeBase) => [knowledgeBase.id, knowledgeBase]));
      return ids.map((id) => byId.get(id));
    }, FRESH),
);

export const idsByOwner = perRequest(
  ({ em }) =>
    new DataLoader<string, string[]>(async (ownerIds) => {
      const found = await em.fork().find(KnowledgeBase, { ownerId: { $in: [...new Set(ownerIds)] } }, { fields: ['id', 'ownerId'] });
      const byOwner = Map.groupBy(found, ({ ownerId }) => ownerId);
      return ownerIds.map((ownerId) => (byOwner.get(ownerId) ?? []).map(({ id }) => id));
    }, FRESH),
);

export interface Counts {
  documents: number;
  passages: number;
}

/** Counts the documents and searchable passages of each knowledge base. */
export const countsByKnowledgeBase = perRequest(
  ({ em }) =>
    new DataLoader<string, Counts>(async (ids) => {
      const wanted = [...new Set(ids)];
      const rows = await em.fork().execute<({ id: string } & Counts)[]>(
        `select knowledge_base_id as id, count(*)::int as documents, sum(case when status = 'READY' then passage_count else 0 end)::int as passages
         from knowledge.document where knowledge_base_id in (${wanted.map(() => '?').join(', ')}) group by knowledge_base_id`,
        wanted,
      );
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? { documents: 0, passages: 0 });
    }, FRESH),
);
