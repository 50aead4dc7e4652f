import { randomUUID } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { providerWords } from '../../../infra/ai/ai.ts';
import { isAway } from '../../../infra/database/database.ts';
import { Failure } from '../../../schema/errors.ts';
import type { Identity } from '../../../schema/viewer.ts';
import type { Ports } from '../../subgraph.ts';
import type { Turn } from './prompt.ts';
import { finishRun, type Outcome } from './run-finish.ts';
import { RunLog, type EndReason, type RunHandle } from './run-log.ts';
import { writeAnswer, type RunRecord, type RunTask } from './run-loop.ts';
import { Run } from './run.entity.ts';
import { branchOf } from '../thread.ts';

/**
 * A run that loses its workers again and again may be what kills them. After some losses the next attempt waits one
 * lease, then two, then four each time; a storm that takes many workers is over by then.
 */
const MAX_LOST_ATTEMPTS = 10;
const LOSSES_WITHOUT_WAIT = 2;
/** Of a run whose lease has expired: how many attempts were lost, this one included. */
const LOST = '(r.attempt - r.handed_back)';
const HANDED_BACK = `r.status = 'RUNNING' and r.lease_until = to_timestamp(0)`;

type WorkerPorts = Pick<Ports, 'ai' | 'bus' | 'graph' | 'log' | 'metrics' | 'queue' | 'values'>;

/**
 * Writes answers. A run is claimed by its lease; from then on the run log keeps the lease alive, and
 * whatever happens to this process, another finds the lease expired and takes over as the next attempt.
 */
export class RunWorker {
  readonly #ports: WorkerPorts;
  readonly #em: () => SqlEntityManager;
  readonly #id = randomUUID();
  readonly #log: RunLog;
  /** Claims and answers that are under way. */
  readonly #working = new Set<Promise<void>>();
  #closing = false;
  /** Runs were left waiting here, for a free place or for their person's turn. */
  #isBehind = false;

  constructor(ports: WorkerPorts, em: () => SqlEntityManager) {
    this.#ports = ports;
    this.#em = em;
    this.#log = new RunLog({ ...ports, em, worker: this.#id, leaseMs: ports.values.runLeaseMs });
    ports.metrics.watch(() => [{ name: 'parley_runs_active', value: this.#log.active.size }]);
  }

  /** Starts a run that is queued or was handed back, unless somebody already did. */
  async begin(runId: string): Promise<void> {
    if (this.#closing) return;
    this.#isBehind = true;
    if (this.#free > 0) await this.#work(this.#claim(`r.id = ? and (r.status = 'QUEUED' or ${HANDED_BACK})`, [runId], 1));
  }

  /** Gives the places that have become free to runs that were left waiting, the next person's first. */
  async #catchUp(): Promise<void> {
    if (!this.#isBehind || this.#closing || this.#free <= 0) return;
    this.#isBehind = false;
    try {
      await this.#claim(`r.status = 'QUEUED'`, [], Math.min(20, this.#free));
    } catch (error) {
      this.#ports.log.warn({ err: error }, 'waiting runs are left to the next sweep');
    }
  }

  /** Takes over what nobody writes any more, and renews what is written here. */
  async sweep(): Promise<void> {
    await this.#log.beat();
    const free = Math.min(20, this.#free);
    if (this.#closing || free <= 0) return;
    // A process that was held up finds its own leases expired: these it goes on with, it does not take them over.
    const own = JSON.stringify([...this.#log.active.keys()]);
    const expired = `r.status in ('QUEUED', 'RUNNING') and r.lease_until < now()
      and r.lease_until + make_interval(secs => case when ${LOST} <= ? then 0 else ? / 1000.0 * 2 ^ least(${LOST} - ? - 1, 2) end) < now()
      and r.id not in (select value::uuid from jsonb_array_elements_text(?::jsonb))`;
    const { runLeaseMs } = this.#ports.values;
    await this.#work(this.#claim(expired, [LOSSES_WITHOUT_WAIT, runLeaseMs, LOSSES_WITHOUT_WAIT, own], free));
  }

  /** More runs would not be faster, only each of them slower; what is left waits for another worker or the next sweep. */
  get #free(): number {
    return this.#ports.values.runsPerWorker - this.#log.active.size;
  }

  stopRun(runId: string): void {
    this.#log.active.get(runId)?.controller.abort('stopped' satisfies EndReason);
  }

  /** Hands its runs back: their leases end at once, and other workers begin the next attempt, which is no fault of the run. */
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
   * Claims runs round robin over people: a person's next run stands behind as many runs of others as the person has
   * places already, and nobody has more than `runsPerPerson` of them.
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

  /** What `close` waits for. */
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
    // What lost attempts used is not known.
    const record: RunRecord = {
      model: null,
      sources: [],
      usage: { inputTokens: 0, outputTokens: 0, estimated: run.attempt > 1 },
      reasoningMs: null,
      isTruncated: false,
    };
    const unsubscribe = await this.#hearStop(run.id);
    try {
      await this.#announce(run);
      const outcome = await this.#answer(run, handle, record);
      if (outcome) await this.#finish(run, outcome, record);
    } finally {
      await unsubscribe();
      this.#log.close(handle);
    }
  }

  /** Without the bus a stop is seen all the same, by the next beat of the log. */
  async #hearStop(runId: string): Promise<() => Promise<void>> {
    try {
      return await this.#ports.bus.subscribe('run.stop', runId, () => this.stopRun(runId));
    } catch (error) {
      this.#ports.log.warn({ err: error, runId }, 'stops are not heard, only seen');
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
        // It is not the run that has failed: whoever takes it over when the lease is out begins anew.
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

/** Whether the database is away, for this worker or for a subgraph that it has asked; what a provider lacks is its own. */
function isGroundAway(error: unknown): boolean {
  return error instanceof Failure ? error.code === 'DEPENDENCY_UNAVAILABLE' : isAway(error);
}

/** A run that was taken over, or is handed back, is not ours to end. */
function ended(reason: EndReason): Outcome | null {
  return reason === 'stopped' ? { status: 'STOPPED' } : null;
}

/** A run acts for its owner with no more than an ordinary person's rights, whoever the owner is. */
function identityOf(run: Run): Identity {
  return { viewer: { userId: run.ownerId, role: 'USER', sessionId: null }, requestId: run.actor.requestId };
}
