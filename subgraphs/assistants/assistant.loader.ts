import DataLoader from 'dataloader';
import { perRequest } from '../framework/context.ts';
import { Assistant } from './assistant.entity.ts';
import { AssistantVersion } from './version.entity.ts';

/** Loads assistants by id, without deleted ones. */
export const assistantsById = perRequest(
  ({ em }) =>
    new DataLoader<string, Assistant | undefined>(async (ids) => {
      const found = await em.find(Assistant, { id: { $in: [...ids] }, deletedAt: null });
      const byId = new Map(found.map((assistant) => [assistant.id, assistant]));
      return ids.map((id) => byId.get(id));
    }),
);

/** Loads versions by id, including those of deleted assistants. */
export const versionsById = perRequest(
  ({ em }) =>
    new DataLoader<string, AssistantVersion | undefined>(async (ids) => {
      const found = await em.find(AssistantVersion, { id: { $in: [...ids] } });
      const byId = new Map(found.map((version) => [version.id, version]));
      return ids.map((id) => byId.get(id));
    }),
);
