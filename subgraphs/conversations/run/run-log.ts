import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Bus } from '../../../infra/bus/bus.ts';
import type { Log } from '../../../infra/log.ts';
import type { Metrics } from '../../../infra/metrics/metrics.ts';
import type { StoredRunEvent } from '../../../schema/channels.ts';
import type { RunEventData } from './run-event.ts';

/**
 * Maximum pause between commits of text. After a commit, the next one waits as long as that took, so commits take at most
 * half of the time: a single token is stored at once, and bursts grow under load. The first token, which follows the
 * commit of the start of the run, does not wait.
 */
const MAX_BURST_MS = 25;
const RETRY_MS = 200;

/** A run that this process writes: its position in the log, and the signal that ends it. */
export interface RunHandle {
  readonly runId: string;
  readonly attempt: number;
  /** The sequence number of the newest event, stored or pending. */
  seq: number;
  /** The sequence number of the newest stored event. */
  storedSeq: number;
  /** Aborted if the run is stopped, was claimed by another worker, or no longer exists; see its reason. */
  readonly controller: AbortController;
}

export type EndReason = 'stopped' | 'fenced' | 'shutdown';

interface Waiting {
  handle: RunHandle;
  events: StoredRunEvent[];
}

/**
 * Writes the events of all runs of this process: stored first, then published. Commits the bursts of all runs in one
 * statement, which also renews their leases and rejects events of runs that this worker no longer holds.
 */
export class RunLog {
  readonly #em: () => SqlEntityManager;
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #worker: string;
  readonly #leaseMs: number;
  readonly #active = new Map<string, RunHandle>();
  #waiting = new Map<string, Waiting>();
  #settled: PromiseWithResolvers<void> = Promise.withResolvers();
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #committing: Promise<void> | undefined;
  #nextCommit = 0;

  constructor(parts: { em: () => SqlEntityManager; bus: Bus; log: Log; metrics: Metrics; worker: string; leaseMs: number }) {
    this.#em = parts.em;
    this.#bus = parts.bus;
    this.#log = parts.log;
    this.#metrics = parts.metrics;
    this.#worker = parts.worker;
    this.#leaseMs = parts.leaseMs;
  }

  get active(): ReadonlyMap<string, RunHandle> {
    return this.#active;
  }

  open(runId: string, attempt: number): RunHandle {
    const handle: RunHandle = { runId, attempt, seq: 0, storedSeq: 0, controller: new AbortController() };
    this.#active.set(runId, handle);
    return handle;
  }

  close(handle: RunHandle): void {
    if (this.#active.get(handle.runId) === handle) this.#active.delete(handle.runId);
  }

  /** Appends an event, which is published once stored. Merges text into a pending delta of its kind. */
  append(handle: RunHandle, event: RunEventData): void {
    if (handle.controller.signal.aborted) return;
    const { kind, ...data } = event;
    const waiting = this.#waiting.get(handle.runId) ?? { handle, events: [] };
    this.#waiting.set(handle.runId, waiting);
    const last = waiting.events.at(-1);
    if ((kind === 'TextDelta' || kind === 'ReasoningDelta') && last?.kind === kind) {
      last.data['text'] += event.text;
    } else {
      waiting.events.push({ attempt: handle.attempt, seq: ++handle.seq, kind, data, at: new Date().toISOString() });
    }
    this.#schedule();
  }

  /** Resolves when all events appended to this run so far are stored, or the run has ended here. */
  async stored(handle: RunHandle): Promise<void> {
    const { seq } = handle;
    while (handle.storedSeq < seq && !handle.controller.signal.aborted) {
      this.#schedule();
      await this.#settled.promise;
    }
  }

  /** Resolves when all events appended so far are stored or rejected. */
  async flush(): Promise<void> {
    while (this.#waiting.size > 0 || this.#committing) {
      this.#schedule();
      await this.#settled.promise;
    }
  }

  /** Renews the leases of runs whose model is silent, and detects stopped, claimed and deleted ones. */
  async beat(): Promise<void> {
    for (const handle of this.#active.values()) {
      if (!this.#waiting.has(handle.runId)) this.#waiting.set(handle.runId, { handle, events: [] });
    }
    if (this.#waiting.size > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#timer || this.#committing) return;
    const wait = this.#nextCommit - performance.now();
    const go = () => {
      this.#timer = undefined;
      const began = performance.now();
      const batch = [...this.#waiting.values()];
      this.#waiting = new Map();
      this.#committing = this.#commit(batch).finally(() => this.#settle(hasText(batch) ? performance.now() - began : 0));
    };
    this.#timer = wait > 0 ? setTimeout(go, wait) : setImmediate(go);
  }

  #settle(restMs: number): void {
    this.#committing = undefined;
    this.#nextCommit = performance.now() + Math.min(restMs, MAX_BURST_MS);
    const settled = this.#settled;
    this.#settled = Promise.withResolvers();
    settled.resolve();
    if (this.#waiting.size > 0) this.#schedule();
  }

  async #commit(batch: Waiting[]): Promise<void> {
    const deadline = performance.now() + this.#leaseMs;
    for (;;) {
      try {
        const began = performance.now();
        const alive = await this.#store(batch);
        this.#metrics.observe('parley_run_commit_duration_seconds', (performance.now() - began) / 1000);
        this.#metrics.observe('parley_run_commit_events', eventsIn(batch));
        await this.#show(batch, alive);
        return;
      } catch (error) {
        this.#log.error({ err: error, runs: batch.length }, 'run events could not be stored');
        // After the lease has expired another worker may have claimed the run, so pending events are discarded.
        if (performance.now() > deadline) return batch.forEach(({ handle }) => handle.controller.abort('fenced' satisfies EndReason));
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Renews leases and inserts events in one statement: both happen for a run, or neither. */
  async #store(batch: Waiting[]): Promise<Map<string, { stop: boolean }>> {
    const runs = batch.map(({ handle, events }) => ({
      id: handle.runId,
      attempt: handle.attempt,
      first: events[0]?.seq ?? null,
      last: events.at(-1)?.seq ?? null,
      text: events.some(isText),
    }));
    const events = batch.flatMap(({ handle, events: own }) => own.map((event) => ({ run_id: handle.runId, ...event })));
    const rows = await this.#em().execute<{ id: string; stop: boolean }[]>(
      `with alive as (
         update conversations.run r
         set lease_until = now() + make_interval(secs => ? / 1000.0),
             last_seq = coalesce(w.last, r.last_seq),
             first_token_at = case when w.text then coalesce(r.first_token_at, now()) else r.first_token_at end
         from jsonb_to_recordset(?::jsonb) as w (id uuid, attempt int, first int, last int, text boolean)
         where r.id = w.id and r.attempt = w.attempt and r.worker = ? and r.status = 'RUNNING' and (w.first is null or r.last_seq = w.first - 1)
         returning r.id, r.stop_requested_at is not null as stop
       ), stored as (
         insert into conversations.run_event (run_id, attempt, seq, kind, data, at)
         select e.run_id, e.attempt, e.seq, e.kind, e.data, e.at
         from jsonb_to_recordset(?::jsonb) as e (run_id uuid, attempt int, seq int, kind text, data jsonb, at timestamptz)
         join alive on alive.id = e.run_id
       )
       select id, stop from alive`,
      [this.#leaseMs, JSON.stringify(runs), this.#worker, JSON.stringify(events)],
    );
    return new Map(rows.map(({ id, stop }) => [id, { stop }]));
  }

  async #show(batch: Waiting[], alive: Map<string, { stop: boolean }>): Promise<void> {
    for (const { handle, events } of batch) {
      const state = alive.get(handle.runId);
      if (!state) handle.controller.abort('fenced' satisfies EndReason);
      else if (state.stop) handle.controller.abort('stopped' satisfies EndReason);
      const [first] = events;
      if (!state || !first) continue;
      const lastSeq = events.at(-1)!.seq;
      handle.storedSeq = lastSeq;
      await this.#bus.publish('run', handle.runId, { runId: handle.runId, attempt: handle.attempt, firstSeq: first.seq, lastSeq, events });
    }
  }
}

function hasText(batch: Waiting[]): boolean {
  return batch.some(({ events }) => events.some((event) => isText(event) || event.kind === 'ReasoningDelta'));
}

function isText({ kind }: StoredRunEvent): boolean {
  return kind === 'TextDelta';
}

function eventsIn(batch: Waiting[]): number {
  return batch.reduce((sum, { events }) => sum + events.length, 0);
}
