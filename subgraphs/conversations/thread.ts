import type { SqlEntityManager } from '@mikro-orm/sql';
import { Message } from './message.entity.ts';

/** Loads the messages from the root to `leafId`, in reading order. */
export async function branchOf(em: SqlEntityManager, leafId: string): Promise<Message[]> {
  const rows = await em.execute<Record<string, unknown>[]>(
    `with recursive branch as (
       select id, parent_id, 0 as distance from conversations.message where id = ?
       union all
       select m.id, m.parent_id, b.distance + 1 from conversations.message m join branch b on m.id = b.parent_id
     )
     select m.id, conversation_id, owner_id, role, text, reasoning, reasoning_duration_ms, is_truncated, m.parent_id, run_id, created_at
     from branch join conversations.message m on m.id = branch.id order by distance desc`,
    [leafId],
  );
  return rows.map((row) => em.map(Message, row as never));
}

/** Finds the newest leaf below a message; the message itself if it is a leaf. */
export async function newestLeaf(em: SqlEntityManager, messageId: string): Promise<string> {
  const [row] = await em.execute<{ id: string }[]>(
    `with recursive below as (
       select id from conversations.message where id = ?
       union all
       select newest.id from below, lateral (
         select m.id from conversations.message m where m.parent_id = below.id order by m.id desc limit 1
       ) newest
     ) select id from below order by id desc limit 1`,
    [messageId],
  );
  return row?.id ?? messageId;
}
