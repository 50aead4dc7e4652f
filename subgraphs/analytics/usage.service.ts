import type { SqlEntityManager } from '@mikro-orm/sql';
import type { DomainEvents } from '../../schema/events.ts';
import { priceOf } from './prices.ts';

/** Records the start of a run, which counts as active until its end; the end may be delivered first. */
export async function recordRunStarted(em: SqlEntityManager, runId: string, at: string): Promise<void> {
  await em.execute(
    `insert into analytics.active_run (run_id, started_at)
     select ?::uuid, ?::timestamptz where not exists (select from analytics.usage where run_id = ?) on conflict do nothing`,
    [runId, at, runId],
  );
}

/** Records the end of a run with its usage and cost, once even if it is delivered several times. */
export async function recordRunFinished(em: SqlEntityManager, run: DomainEvents['run.finished']): Promise<void> {
  const price = priceOf(run.model, run.inputTokens, run.outputTokens);
  await em.execute('delete from analytics.active_run where run_id = ?', [run.runId]);
  await em.execute(
    `insert into analytics.usage (run_id, owner_id, assistant_id, model, status, input_tokens, output_tokens, estimated,
       duration_ms, time_to_first_token_ms, cost_usd, price_version, finished_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (run_id) do nothing`,
    [
      run.runId,
      run.ownerId,
      run.assistantId,
      run.model,
      run.status,
      run.inputTokens,
      run.outputTokens,
      run.estimated,
      run.durationMs,
      run.timeToFirstTokenMs,
      price?.usd ?? null,
      price?.version ?? null,
      run.finishedAt,
    ],
  );
}
