import DataLoader from 'dataloader';
import { perRequest, viewerOf } from '../framework/context.ts';
import { ToolCall } from './tool-call.entity.ts';

/** Loads the viewer's calls by id. */
export const toolCallsById = perRequest((context) => {
  const ownerId = viewerOf(context).userId;
  return new DataLoader<string, ToolCall | undefined>(async (ids) => {
    const found = await context.em.find(ToolCall, { id: { $in: [...ids] }, ownerId });
    const byId = new Map(found.map((call) => [call.id, call]));
    return ids.map((id) => byId.get(id));
  });
});

/** Loads the viewer's calls of each run, oldest first. */
export const toolCallsByRun = perRequest((context) => {
  const ownerId = viewerOf(context).userId;
  return new DataLoader<string, ToolCall[]>(async (runIds) => {
    const found = await context.em.find(ToolCall, { runId: { $in: [...runIds] }, ownerId }, { orderBy: { id: 'asc' } });
    const byRun = Map.groupBy(found, (call) => call.runId);
    return runIds.map((id) => byRun.get(id) ?? []);
  });
});
