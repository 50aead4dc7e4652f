import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Log } from '../log.ts';
import type { Replica, ReplicaReader } from './database.ts';

const POLL_MS = 1_000;
/** A replica that lags further behind is excluded. */
const MAX_LAG_MS = 2_000;
/** Maximum age of the primary's status. Long enough to keep using replicas while the primary is merely slow. */
const MAX_STATUS_AGE_MS = 5_000;
/** Number of the primary's statuses to keep. A replica behind all of them keeps its last known position in time. */
const HISTORY_LENGTH = 60;

/**
 * The replication status of a server. `history` identifies the cluster and its timeline; positions, in bytes of the
 * WAL, are comparable only if it is the same.
 */
export interface ReplicationStatus {
  history: string;
  isReplica: boolean;
  position: number;
}

export const STATUS_QUERY = `
  select system_identifier || '/' || timeline_id as history, pg_is_in_recovery() as "isReplica",
    pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0')::float8 as position
  from pg_control_system(), pg_control_checkpoint()`;

const UNKNOWN = 'the status of the primary is unknown';

/** Queries one server; rejects if it does not answer in time. */
type StatusQuery = () => Promise<ReplicationStatus>;

interface Sample extends ReplicationStatus {
  at: number;
}

/**
 * Monitors the read-only replicas of the primary. Polls every server once a second and compares WAL positions instead
 * of times, because an idle primary would make every replica appear to lag.
 */
export class Replicas {
  readonly all: readonly MonitoredReplica[];
  readonly #queryPrimary: StatusQuery;
  readonly #log: Log;
  /** Recent statuses of the primary, the latest last, all of one history. */
  #samples: readonly Sample[] = [];
  #next = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(queryPrimary: StatusQuery, queryReplicas: StatusQuery[], log: Log) {
    this.#queryPrimary = queryPrimary;
    this.#log = log;
    this.all = queryReplicas.map((query, index) => new MonitoredReplica(`replica-${index + 1}`, query, log));
  }

  /** Non-blocking: reads use the primary until a replica is known to be healthy. */
  watch(): void {
    if (this.#timer || this.all.length === 0) return;
    const polls = [() => this.#pollPrimary(), ...this.all.map((each) => () => each.poll(() => this.#samples))].map(skipWhileRunning);
    const pollAll = () => {
      for (const poll of polls) void poll();
    };
    this.#timer = setInterval(pollAll, POLL_MS);
    pollAll();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Distributes reads round-robin; each `work` uses one replica throughout. `managers` are in the order of the replicas. */
  reader(primary: SqlEntityManager, managers: SqlEntityManager[]): ReplicaReader {
    return async (work) => {
      const usable = this.all.filter(({ isUsable }) => isUsable);
      const replica = usable[this.#next++ % usable.length];
      if (replica) {
        try {
          return await replica.whileUsable(work(managers[this.all.indexOf(replica)]!.fork()));
        } catch (error) {
          // Unavailable, cancelled by WAL replay, not migrated yet: in any case the primary's answer is authoritative.
          this.#log.info({ err: error, replica: replica.name }, 'a replica failed to answer; asking the primary');
        }
      }
      return work(primary.fork());
    };
  }

  async #pollPrimary(): Promise<void> {
    const at = performance.now();
    try {
      const status = await this.#queryPrimary();
      const known = this.#samples.at(-1)?.history === status.history ? this.#samples.slice(1 - HISTORY_LENGTH) : [];
      this.#samples = [...known, { at, ...status }];
    } catch {
      // The readiness check of the database reports it.
    }
  }
}

/** One replica and its last known status. */
class MonitoredReplica implements Replica {
  readonly name: string;
  readonly #query: StatusQuery;
  readonly #log: Log;
  /** Why it is excluded. */
  #fault: string | undefined = UNKNOWN;
  /** The latest time up to which it is known to have all changes. */
  #completeAt: number | undefined;
  /** Aborted when the replica is excluded, for reads in progress. */
  #excluded = new AbortController();

  constructor(name: string, query: StatusQuery, log: Log) {
    this.name = name;
    this.#query = query;
    this.#log = log;
  }

  get isUsable(): boolean {
    return this.#fault === undefined;
  }

  get secondsBehind(): number | undefined {
    return this.#completeAt === undefined ? undefined : (performance.now() - this.#completeAt) / 1000;
  }

  async poll(samples: () => readonly Sample[]): Promise<void> {
    try {
      const status = await this.#query();
      this.#setFault(this.#faultOf(status, samples()));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#setFault(message || code || 'it does not answer');
    }
  }

  /** Settles as `work` does, or rejects once the replica is excluded, so that an unresponsive replica blocks no reader. */
  whileUsable<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#excluded;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
    });
  }

  #faultOf({ history, isReplica, position }: ReplicationStatus, samples: readonly Sample[]): string | undefined {
    const now = performance.now();
    const latest = samples.at(-1);
    if (!latest || now - latest.at > MAX_STATUS_AGE_MS) return UNKNOWN;
    if (!isReplica) return 'it is not a replica';
    if (history !== latest.history) return 'its history is not that of the primary';
    const reached = samples.findLast((sample) => sample.position <= position);
    if (reached) this.#completeAt = reached === latest ? now : reached.at;
    return this.#completeAt !== undefined && now - this.#completeAt <= MAX_LAG_MS ? undefined : 'it lags too far behind';
  }

  #setFault(fault: string | undefined): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault === undefined) {
      this.#excluded = new AbortController();
      this.#log.info({ replica: this.name }, 'replica in use');
    } else {
      this.#excluded.abort(new Error(fault));
      this.#log.warn({ replica: this.name, reason: fault }, 'replica excluded');
    }
  }
}

/** Skips a call while the previous one is still running. */
function skipWhileRunning(work: () => Promise<void>): () => Promise<void> {
  let isRunning = false;
  return async () => {
    if (isRunning) return;
    isRunning = true;
    await work().finally(() => (isRunning = false));
  };
}
