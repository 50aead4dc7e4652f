import { contains, listPage, readId, readInstant, type Connection, type PageArgs, type Sort } from '../framework/connection.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { Assistant } from './assistant.entity.ts';
import { AssistantVersion } from './version.entity.ts';

const LAST_CHANGED_FIRST: Sort = { direction: 'desc', key: { updatedAt: readInstant, id: readId } };
const HIGHEST_FIRST: Sort = { direction: 'desc', key: { number: readNumber } };

/** Lists the viewer's assistants, last changed first; `search` matches names and descriptions. */
export function listAssistants(context: Context, args: PageArgs, search?: string | null): Promise<Connection<Assistant>> {
  const matching = search?.trim() ? { $or: [{ name: contains(search) }, { description: contains(search) }] } : {};
  const where = { ownerId: viewerOf(context).userId, deletedAt: null, ...matching };
  return listPage(context.em, Assistant, where, LAST_CHANGED_FIRST, args);
}

/** Lists the versions of one of the viewer's assistants, newest first. */
export function listVersions(context: Context, assistantId: string, args: PageArgs): Promise<Connection<AssistantVersion>> {
  return listPage(context.em, AssistantVersion, { assistantId, ownerId: viewerOf(context).userId }, HIGHEST_FIRST, args);
}

function readNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new TypeError('not a number');
  return Number(text);
}
