import type { SqlEntityManager } from '@mikro-orm/sql';
import { Failure } from '../../schema/errors.ts';
import { viewerOf, type Context } from '../framework/context.ts';
import { requirePermission } from '../framework/policy.ts';
import type { UsageGroup, UsageInput, UsageReport, UsageRow, UsageTotals } from './usage.type.ts';

const MAX_DAYS = 400;
const MAX_ROWS = 500;

const KEYS: Record<keyof typeof UsageGroup, string> = {
  DAY: `to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD')`,
  MODEL: 'model',
  ASSISTANT: 'assistant_id::text',
  USER: 'owner_id::text',
};

const TOTALS = `
  count(*)::int as "runs",
  coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  (count(*) filter (where estimated))::int as "estimatedRuns",
  (count(*) filter (where status in ('FAILED', 'INTERRUPTED')))::int as "failedRuns",
  coalesce(sum(cost_usd), 0) as "costUsd",
  (count(*) filter (where cost_usd is null))::int as "unpricedRuns",
  avg(duration_ms)::float8 as "averageDurationMs",
  avg(time_to_first_token_ms)::float8 as "averageTimeToFirstTokenMs"`;

/** Reports the usage of the viewer's runs, or of all people for an administrator. */
export async function reportUsage(context: Context, input: UsageInput): Promise<UsageReport> {
  const viewer = viewerOf(context);
  if (input.everyone) requirePermission(viewer, 'usage.readAll');
  const { from, to } = input;
  requireSpan(from, to);
  const group = input.groupBy ?? 'DAY';
  const scope = { condition: 'finished_at >= ? and finished_at < ?', values: [from, to] as unknown[] };
  if (!input.everyone) {
    scope.condition += ' and owner_id = ?';
    scope.values.push(viewer.userId);
  }
  return context.read(async (em) => ({ from, to, totals: await readTotals(em, scope), rows: await readRows(em, scope, group) }));
}

interface Scope {
  condition: string;
  values: unknown[];
}

async function readTotals(em: SqlEntityManager, { condition, values }: Scope): Promise<UsageTotals> {
  const [totals] = await em.execute<[UsageTotals]>(`select ${TOTALS} from analytics.usage where ${condition}`, values);
  return totals;
}

async function readRows(em: SqlEntityManager, { condition, values }: Scope, group: keyof typeof UsageGroup): Promise<UsageRow[]> {
  const order = group === 'DAY' ? 'key' : 'sum(input_tokens) + sum(output_tokens) desc, key';
  const rows = await em.execute<({ key: string } & UsageTotals)[]>(
    `select ${KEYS[group]} as key, ${TOTALS} from analytics.usage where ${condition} group by 1 order by ${order} limit ${MAX_ROWS}`,
    values,
  );
  return rows.map(({ key, ...totals }) => ({ key, totals }));
}

function requireSpan(from: Date, to: Date): void {
  if (from >= to) throw new Failure('BAD_USER_INPUT', { reason: '`from` must be before `to`.', field: 'from' });
  if (to.getTime() - from.getTime() > MAX_DAYS * 24 * 3600 * 1000) {
    throw new Failure('BAD_USER_INPUT', { reason: `A report spans at most ${MAX_DAYS} days.`, field: 'to' });
  }
}
