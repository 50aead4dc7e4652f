import DataLoader from 'dataloader';
import { perRequest } from '../framework/context.ts';
import { User } from './user.entity.ts';

/** Loads people by id, in one query per request. */
export const userLoader = perRequest(
  ({ em }) =>
    new DataLoader<string, User | null>(async (ids) => {
      const rows = await em.find(User, { id: { $in: [...ids] } });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
);
