import DataLoader from 'dataloader';
import { perRequest } from '../../framework/context.ts';
import { Document } from './document.entity.ts';

/** Batches without caching; see knowledge-base.loader.ts. */
export const documentsById = perRequest(
  ({ em }) =>
    new DataLoader<string, Document | undefined>(
      async (ids) => {
        const found = await em.fork().find(Document, { id: { $in: [...new Set(ids)] } });
        const byId = new Map(found.map((document) => [document.id, document]));
        return ids.map((id) => byId.get(id));
      },
      { cache: false },
    ),
);
