import type { SqlEntityManager } from '@mikro-orm/sql';
import { Failure } from '../../schema/errors.ts';
import { quotaOf, requireQuota, today, type Quota } from '../framework/quota.ts';
import type { Values } from '../framework/subgraph.ts';

interface Use {
  messages: number;
  tokens: number;
}

/** Counts a message in the transaction that stores it. Throws `QUOTA_EXCEEDED` above a daily limit or with too many waiting runs. */
export async function countMessage(em: SqlEntityManager, ownerId: string, values: Values): Promise<void> {
  const [use] = await em.execute<Use[]>(
    `insert into conversations.daily_use as d (owner_id, day, messages, tokens) values (?, ?, 1, 0)
     on conflict (owner_id, day) do update set messages = d.messages + 1 returning messages, tokens::float8 as tokens`,
    [ownerId, today()],
  );
  const { messages, tokens } = use!;
  requireQuota(values.quotas, 'MESSAGES_PER_DAY', messages - 1, 1);
  requireQuota(values.quotas, 'TOKENS_PER_DAY', tokens, 1);
  const [waiting] = await em.execute<{ count: number }[]>(
    `select count(*)::int as count from conversations.run where owner_id = ? and status in ('QUEUED', 'RUNNING')`,
    [ownerId],
  );
  const limit = values.runsWaitingPerPerson;
  if (waiting!.count >= limit) {
    const reason = `${limit.toLocaleString('en')} of your answers are waiting or being written. Wait until one has ended, or stop one.`;
    throw new Failure('QUOTA_EXCEEDED', { reason, limit });
  }
}

/** Adds the usage of a run to the day on which it ended. */
export async function countTokens(em: SqlEntityManager, ownerId: string, tokens: number): Promise<void> {
  if (tokens <= 0) return;
  await em.execute(
    `insert into conversations.daily_use as d (owner_id, day, messages, tokens) values (?, ?, 0, ?)
     on conflict (owner_id, day) do update set tokens = d.tokens + excluded.tokens`,
    [ownerId, today(), tokens],
  );
}

export async function dailyUse(em: SqlEntityManager, ownerId: string, { quotas }: Values): Promise<Quota[]> {
  const [use] = await em.execute<Use[]>(
    'select messages, tokens::float8 as tokens from conversations.daily_use where owner_id = ? and day = ?',
    [ownerId, today()],
  );
  return [quotaOf(quotas, 'MESSAGES_PER_DAY', use?.messages ?? 0), quotaOf(quotas, 'TOKENS_PER_DAY', use?.tokens ?? 0)];
}
