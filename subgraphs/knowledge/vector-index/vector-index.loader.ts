import DataLoader from 'dataloader';
import { perRequest } from '../../framework/context.ts';

/** Counts the documents that belong in an index and those that are in it. Batches without caching. */
export const documentsOfIndex = perRequest(
  ({ em }) =>
    new DataLoader<string, { all: number; indexed: number }>(
      async (ids) => {
        const wanted = [...new Set(ids)];
        const rows = await em.fork().execute<{ id: string; all: number; indexed: number }[]>(
          `select i.id, count(d.id)::int as all, count(x.document_id)::int as indexed from knowledge.vector_index i
           left join knowledge.document d on d.status = 'READY' and d.duplicate_of is null
           left join knowledge.vector_index_document x on x.index_id = i.id and x.document_id = d.id and x.done
           where i.id in (${wanted.map(() => '?').join(', ')}) group by i.id`,
          wanted,
        );
        const byId = new Map(rows.map((row) => [row.id, row]));
        return ids.map((id) => byId.get(id) ?? { all: 0, indexed: 0 });
      },
      { cache: false },
    ),
);
