import DataLoader from 'dataloader';
import { perRequest, viewerOf } from '../context.ts';
import { Usage } from './usage.entity.ts';

/** What the runs of one request used, in one query; only the viewer's own. */
export const usageLoader = perRequest((context) => {
  const ownerId = viewerOf(context).userId;
  return new DataLoader<string, Usage | null>(async (runIds) => {
    const rows = await context.em.find(Usage, { runId: { $in: [...runIds] }, ownerId });
    const byRun = new Map(rows.map((row) => [row.runId, row]));
    return runIds.map((id) => byRun.get(id) ?? null);
  });
});
