import DataLoader from 'dataloader';
import { perRequest } from '../framework/context.ts';
import { Citation } from './citation.entity.ts';
import { Conversation } from './conversation.entity.ts';
import { Message } from './message.entity.ts';
import { NOTHING_WRITTEN, writtenByRun, type Written } from './run/written.ts';
import { isActive, Run } from './run/run.entity.ts';

export const conversationsById = perRequest(
  ({ em }) =>
    new DataLoader<string, Conversation | undefined>(async (ids) => {
      const found = new Map(
        (await em.find(Conversation, { id: { $in: [...ids] } })).map((conversation) => [conversation.id, conversation]),
      );
      return ids.map((id) => found.get(id));
    }),
);

export const messagesById = perRequest(
  ({ em }) =>
    new DataLoader<string, Message | undefined>(async (ids) => {
      const found = new Map((await em.find(Message, { id: { $in: [...ids] } })).map((message) => [message.id, message]));
      return ids.map((id) => found.get(id));
    }),
);

export const runsById = perRequest(
  ({ em }) =>
    new DataLoader<string, Run | undefined>(async (ids) => {
      const found = new Map((await em.find(Run, { id: { $in: [...ids] } })).map((run) => [run.id, run]));
      return ids.map((id) => found.get(id));
    }),
);

export const citationsByMessage = perRequest(
  ({ em }) =>
    new DataLoader<string, Citation[]>(async (ids) => {
      const found = await em.find(Citation, { messageId: { $in: [...ids] } }, { orderBy: { number: 'asc' } });
      return ids.map((id) => found.filter((citation) => citation.messageId === id));
    }),
);

/** Loads the passages that the newest attempt of each run retrieved before it called the model. */
export const passageIdsByRun = perRequest(
  ({ em }) =>
    new DataLoader<string, string[]>(async (ids) => {
      const rows = await em.execute<{ run_id: string; ids: string[] }[]>(
        `select distinct on (run_id) run_id, data->'passageIds' as ids from conversations.run_event
         where kind = 'PassagesRetrieved' and run_id in (${ids.map(() => '?').join(', ')}) order by run_id, attempt desc, seq desc`,
        [...ids],
      );
      const byRun = new Map(rows.map((row) => [row.run_id, row.ids]));
      return ids.map((id) => byRun.get(id) ?? []);
    }),
);

/** Loads the queued or active run of a conversation. */
export const activeRunByConversation = perRequest(
  ({ em }) =>
    new DataLoader<string, Run | null>(async (ids) => {
      const found = await em.find(Run, { conversationId: { $in: [...ids] }, status: { $in: ['QUEUED', 'RUNNING'] } });
      return ids.map((id) => found.find((run) => run.conversationId === id) ?? null);
    }),
);

/** Loads the ids of a message and its alternatives, which have the same parent in the same conversation. */
export const siblingsByMessage = perRequest(
  ({ em }) =>
    new DataLoader<Pick<Message, 'id'>, string[], string>(
      async (messages) => {
        const rows = await em.execute<{ of: string; id: string }[]>(
          `select own.id as of, other.id from conversations.message own
           join conversations.message other on other.conversation_id = own.conversation_id and other.parent_id is not distinct from own.parent_id
           where own.id in (${messages.map(() => '?').join(', ')}) order by other.id`,
          messages.map((message) => message.id),
        );
        return messages.map((message) => rows.filter((row) => row.of === message.id).map((row) => row.id));
      },
      { cacheKeyFn: (message) => message.id },
    ),
);

/** Loads the stored text of an active run from its log; null for a run that has ended. */
export const liveWritingByRun = perRequest(
  (context) =>
    new DataLoader<string, Written | null>(async (ids) => {
      const runs = await runsById(context).loadMany([...ids]);
      const active = runs.filter((run): run is Run => run != null && !(run instanceof Error) && isActive(run)).map((run) => run.id);
      const written = active.length > 0 ? await writtenByRun(context.em, active) : new Map<string, Written>();
      return ids.map((id) => (active.includes(id) ? (written.get(id) ?? NOTHING_WRITTEN) : null));
    }),
);
