import DataLoader from 'dataloader';
import { perRequest, viewerOf } from '../framework/context.ts';
import { Usage } from './usage.entity.ts';

/** Loads the usage of the viewer's runs, in one query per request. */
export const usageLoader = perRequest((context) => {
  const ownerId = viewerOf(context).userId;
  return new DataLoader<string, Usage | null>(async (runIds) => {
    const rows = await context.em.find(Usage, { runId: { $in: [...runIds] }, ownerId });
    const byRun = new Map(rows.map((row) => [row.runId, row]));
    return runIds.map((id) => byRun.get(id) ?? null);
  });
});
