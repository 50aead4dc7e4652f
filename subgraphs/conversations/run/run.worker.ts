import { randomUUID } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { providerWords } from '../../../infra/ai/ai.ts';
import { isAway } from '../../../infra/database/database.ts';
import { Failure } from '../../../schema/errors.ts';
import type { Identity } from '../../../schema/viewer.ts';
import type { Ports } from '../../framework/subgraph.ts';
import type { Turn } from './prompt.ts';
import { finishRun, type Outcome } from './run-finish.ts';
import { RunLog, type EndReason, type RunHandle } from './run-log.ts';
import { writeAnswer, type RunRecord, type RunTask } from './run-loop.ts';
import { Run } from './run.entity.ts';
import { branchOf } from '../thread.ts';

/**
 * Delays further attempts of a run that repeatedly loses its workers, since it may be the cause: after some losses by one
 * lease, then two, then four each time, which outlasts a mass restart.
 */
const MAX_LOST_ATTEMPTS = 10;
const LOSSES_WITHOUT_WAIT = 2;
/** Counts the lost attempts of a run whose lease has expired, including the current one. */
const LOST = '(r.attempt - r.handed_back)';
const HANDED_BACK = `r.status = 'RUNNING' and r.lease_until = to_timestamp(0)`;

type WorkerPorts = Pick<Ports, 'ai' | 'bus' | 'graph' | 'log' | 'metrics' | 'queue' | 'values'>;

/**
 * Writes answers. Claims a run by its lease, which the run log then renews. If this process fails, another worker finds
 * the lease expired and claims the run as the next attempt.
 */
export class RunWorker {
  readonly #ports: WorkerPorts;
  readonly #em: () => SqlEntityManager;
  readonly #id = randomUUID();
  readonly #log: RunLog;
  /** Claims and answers in progress. */
  readonly #working = new Set<Promise<void>>();
  #closing = false;
  /** True if runs were left waiting for a free slot or for their person's turn. */
  #isBehind = false;

  constructor(ports: WorkerPorts, em: () => SqlEntityManager) {
    this.#ports = ports;
    this.#em = em;
    this.#log = new RunLog({ ...ports, em, worker: this.#id, leaseMs: ports.values.runLeaseMs });
    ports.metrics.watch(() => [{ name: 'parley_runs_active', value: this.#log.active.size }]);
  }

  /** Starts a queued or released run, unless another worker has. */
  async begin(runId: string): Promise<void> {
    if (this.#closing) return;
    this.#isBehind = true;
    if (this.#free > 0) await this.#work(this.#claim(`r.id = ? and (r.status = 'QUEUED' or ${HANDED_BACK})`, [runId], 1));
  }

  /** Starts waiting runs in free slots, round robin over people. */
  async #catchUp(): Promise<void> {
    if (!this.#isBehind || this.#closing || this.#free <= 0) return;
    this.#isBehind = false;
    try {
      await this.#claim(`r.status = 'QUEUED'`, [], Math.min(20, this.#free));
    } catch (error) {
      this.#ports.log.warn({ err: error }, 'waiting runs are left to the next sweep');
    }
  }

  /** Claims runs with expired leases and renews the leases of this worker. */
  async sweep(): Promise<void> {
    await this.#log.beat();
    const free = Math.min(20, this.#free);
    if (this.#closing || free <= 0) return;
    // A process that was suspended finds its own leases expired; it continues these runs instead of claiming them.
    const own = JSON.stringify([...this.#log.active.keys()]);
    const expired = `r.status in ('QUEUED', 'RUNNING') and r.lease_until < now()
      and r.lease_until + make_interval(secs => case when ${LOST} <= ? then 0 else ? / 1000.0 * 2 ^ least(${LOST} - ? - 1, 2) end) < now()
      and r.id not in (select value::uuid from jsonb_array_elements_text(?::jsonb))`;
    const { runLeaseMs } = this.#ports.values;
    await this.#work(this.#claim(expired, [LOSSES_WITHOUT_WAIT, runLeaseMs, LOSSES_WITHOUT_WAIT, own], free));
  }

  /** Limits concurrent runs, because more would slow down each; the others wait for another worker or the next sweep. */
  get #free(): number {
    return this.#ports.values.runsPerWorker - this.#log.active.size;
  }

  stopRun(runId: string): void {
    this.#log.active.get(runId)?.controller.abort('stopped' satisfies EndReason);
  }

  /** Releases its runs: their leases expire at once, and the next attempt by another worker does not count as a loss. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const handle of this.#log.active.values()) handle.controller.abort('shutdown' satisfies EndReason);
    while (this.#working.size > 0) await Promise.allSettled(this.#working);
    const rows = await this.#em().execute<{ id: string }[]>(
      `update conversations.run set lease_until = to_timestamp(0), handed_back = handed_back + 1
       where worker = ? and status = 'RUNNING' returning id`,
      [this.#id],
    );
    for (const { id: runId } of rows) await this.#ports.bus.publish('run.queued', 'all', { runId });
  }

  /**
   * Claims runs round robin over people: a person's next run queues behind as many runs of others as the person has active
   * ones, with at most `runsPerPerson` each.
   */
  async #claim(which: string, values: unknown[], limit: number): Promise<void> {
    const em = this.#em();
    const rows = await em.execute<Record<string, unknown>[]>(
      `with running as (
         select owner_id, count(*) as places from conversations.run where status = 'RUNNING' and lease_until >= now() group by owner_id
       ), candidate as (
         select r.id, coalesce(running.places, 0) + row_number() over (partition by r.owner_id order by r.lease_until) as turn
         from conversations.run r left join running on running.owner_id = r.owner_id where ${which}
       )
       update conversations.run set
         status = 'RUNNING', attempt = attempt + 1, last_seq = 0, worker = ?, started_at = coalesce(started_at, now()),
         lease_until = now() + make_interval(secs => ? / 1000.0)
       where id in (
         select r.id from conversations.run r join candidate on candidate.id = r.id where candidate.turn <= ?
         order by candidate.turn, r.lease_until limit ? for update of r skip locked
       )
       returning *`,
      [...values, this.#id, this.#ports.values.runLeaseMs, this.#ports.values.runsPerPerson, limit],
    );
    if (rows.length >= limit && limit > 1) this.#isBehind = true;
    if (this.#closing) return;
    for (const row of rows) this.#start(em.map(Run, row as never));
  }

  #start(run: Run): void {
    const logFailure = (error: unknown) => this.#ports.log.error({ err: error, runId: run.id }, 'a run could not be ended');
    void this.#work(
      this.#write(run)
        .catch(logFailure)
        .then(() => this.#catchUp()),
    );
  }

  /** Tracks a promise that `close` waits for. */
  async #work(work: Promise<void>): Promise<void> {
    this.#working.add(work);
    try {
      await work;
    } finally {
      this.#working.delete(work);
    }
  }

  async #write(run: Run): Promise<void> {
    const handle = this.#log.open(run.id, run.attempt);
    this.#ports.metrics.count('parley_runs_started_total', { attempt: run.attempt === 1 ? 'first' : 'later' });
    // The usage of lost attempts is unknown.
    const record: RunRecord = {
      model: null,
      sources: [],
      usage: { inputTokens: 0, outputTokens: 0, estimated: run.attempt > 1 },
      reasoningMs: null,
      isTruncated: false,
    };
    const unsubscribe = await this.#subscribeToStop(run.id);
    try {
      await this.#announce(run);
      const outcome = await this.#answer(run, handle, record);
      if (outcome) await this.#finish(run, outcome, record);
    } finally {
      await unsubscribe();
      this.#log.close(handle);
    }
  }

  /** Without the bus, a stop is noticed at the next lease renewal. */
  async #subscribeToStop(runId: string): Promise<() => Promise<void>> {
    try {
      return await this.#ports.bus.subscribe('run.stop', runId, () => this.stopRun(runId));
    } catch (error) {
      this.#ports.log.warn({ err: error, runId }, 'run stops are only detected by polling');
      return async () => {};
    }
  }

  async #answer(run: Run, handle: RunHandle, record: RunRecord): Promise<Outcome | null> {
    const { signal } = handle.controller;
    try {
      if (run.stopRequestedAt) return { status: 'STOPPED' };
      if (run.attempt - 1 - run.handedBack >= MAX_LOST_ATTEMPTS) return { status: 'INTERRUPTED', failure: new Failure('RUN_INTERRUPTED') };
      const thread = await this.#thread(run);
      const task: RunTask = {
        runId: run.id,
        attempt: run.attempt,
        thread,
        identity: identityOf(run),
        signal,
        record,
        tell: (event) => this.#log.append(handle, event),
        stored: () => this.#log.stored(handle),
      };
      await writeAnswer(task, this.#ports);
      await this.#log.flush();
      return signal.aborted ? ended(signal.reason) : { status: 'COMPLETED' };
    } catch (error) {
      await this.#log.flush();
      if (signal.aborted) return ended(signal.reason);
      if (isGroundAway(error)) {
        // The run itself has not failed: the worker that claims it after the lease has expired starts again.
        this.#ports.log.warn({ err: error, runId: run.id }, 'a run is left to be taken over');
        return null;
      }
      if (error instanceof Failure) {
        const provider = providerWords(error);
        if (provider) this.#ports.log.warn({ runId: run.id, model: record.model, code: error.code, provider }, 'the model provider failed');
        return { status: 'FAILED', failure: error };
      }
      this.#ports.log.error({ err: error, runId: run.id, requestId: run.actor.requestId }, 'a run failed');
      return { status: 'FAILED', failure: new Failure('INTERNAL') };
    }
  }

  async #finish(run: Run, outcome: Outcome, record: RunRecord): Promise<void> {
    const finished = await finishRun(
      this.#em(),
      this.#ports.queue,
      { runId: run.id, attempt: run.attempt, worker: this.#id },
      outcome,
      record,
    );
    if (!finished) return;
    this.#measure(finished.run);
    const { attempt, seq } = finished.event;
    await this.#ports.bus.publish('run', run.id, { runId: run.id, attempt, firstSeq: seq, lastSeq: seq, events: [finished.event] });
    await this.#announce(run);
    await this.#ports.bus.publish('metrics', 'all', { reason: 'run.finished' });
  }

  #measure({ status, createdAt, firstTokenAt }: Run): void {
    const { metrics } = this.#ports;
    metrics.count('parley_runs_finished_total', { status });
    if (firstTokenAt) metrics.observe('parley_run_first_token_seconds', Math.max(0, firstTokenAt.getTime() - createdAt.getTime()) / 1000);
  }

  async #announce(run: Run): Promise<void> {
    await this.#ports.bus.publish('conversation', run.ownerId, { conversationId: run.conversationId });
  }

  async #thread(run: Run): Promise<Turn[]> {
    const messages = await branchOf(this.#em(), run.questionId);
    return messages.map(({ role, text }) => ({ role: role === 'USER' ? 'user' : 'assistant', content: text }));
  }
}

/** Returns true if the database is unavailable to this worker or to a subgraph that it called; not for failures of a provider. */
function isGroundAway(error: unknown): boolean {
  return error instanceof Failure ? error.code === 'DEPENDENCY_UNAVAILABLE' : isAway(error);
}

/** Returns true if the run was claimed by another worker or released, so that this one must not end it. */
function ended(reason: EndReason): Outcome | null {
  return reason === 'stopped' ? { status: 'STOPPED' } : null;
}

/** Acts for the owner with the rights of an ordinary user, even if the owner is an administrator. */
function identityOf(run: Run): Identity {
  return { viewer: { userId: run.ownerId, role: 'USER', sessionId: null }, requestId: run.actor.requestId };
}
