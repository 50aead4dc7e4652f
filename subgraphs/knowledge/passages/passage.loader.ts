import DataLoader from 'dataloader';
import { perRequest } from '../../framework/context.ts';
import { Passage } from './passage.entity.ts';

/** Batches without caching; see knowledge-base.loader.ts. */
export const passagesById = perRequest(
  ({ em }) =>
    new DataLoader<string, Passage | undefined>(
      async (ids) => {
        const found = await em.fork().find(Passage, { id: { $in: [...new Set(ids)] } });
        const byId = new Map(found.map((passage) => [passage.id, passage]));
        return ids.map((id) => byId.get(id));
      },
      { cache: false },
    ),
);
