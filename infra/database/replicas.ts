import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Log } from '../log.ts';
import type { Read, Replica } from './database.ts';

const BEAT_MS = 1_000;
/** A replica that is further behind is left alone. */
const BEHIND_MS = 2_000;
/** What the primary said longer ago says nothing of now. One that is only slow is helped by replicas that are read. */
const SILENCE_MS = 5_000;
/** Beats of the primary; of a replica that has reached none of them, what it had reached before is remembered. */
const REMEMBERED = 60;

/**
 * Where a server stands. `history` names the cluster and the recoveries that it went through; only where two have the
 * same one can their positions, bytes of the write-ahead log, be compared.
 */
export interface Standing {
  history: string;
  isReplica: boolean;
  position: number;
}

export const STANDING = `
  select system_identifier || '/' || timeline_id as history, pg_is_in_recovery() as "isReplica",
    pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end, '0/0')::float8 as position
  from pg_control_system(), pg_control_checkpoint()`;

const UNKNOWN = 'the primary does not say where it stands';

/** Of one server; rejects when it does not answer in time. */
type Ask = () => Promise<Standing>;

interface Beat extends Standing {
  at: number;
}

/**
 * Read-only servers that follow the primary. Once a second each is asked how far it is, and compared with where the
 * primary stood. By position and not by time: while nobody writes, nobody is late.
 */
export class Replicas {
  readonly all: readonly Follower[];
  readonly #askPrimary: Ask;
  readonly #log: Log;
  /** Where the primary stood, the latest last; all of one history. */
  #beats: readonly Beat[] = [];
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(askPrimary: Ask, askReplicas: Ask[], log: Log) {
    this.#askPrimary = askPrimary;
    this.#log = log;
    this.all = askReplicas.map((ask, index) => new Follower(`replica-${index + 1}`, ask, log));
  }

  /** Waits for nobody: until a replica is known to be well, the primary answers. */
  watch(): void {
    if (this.#timer || this.all.length === 0) return;
    const looks = [() => this.#lookAtPrimary(), ...this.all.map((each) => () => each.look(() => this.#beats))].map(oneAtATime);
    const beat = () => {
      for (const look of looks) void look();
    };
    this.#timer = setInterval(beat, BEAT_MS);
    beat();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** The replicas take turns, and all that one `work` reads is of one of them. `managers` stand in their order. */
  reader(primary: SqlEntityManager, managers: SqlEntityManager[]): Read {
    return async (work) => {
      const usable = this.all.filter(({ isUsable }) => isUsable);
      const replica = usable[this.#turn++ % usable.length];
      if (replica) {
        try {
          return await replica.whileUsable(work(managers[this.all.indexOf(replica)]!.fork()));
        } catch (error) {
          // Gone, ended by what it had to replay, not migrated yet: whatever it was, the primary knows better.
          this.#log.info({ err: error, replica: replica.name }, 'the primary is asked what a replica did not answer');
        }
      }
      return work(primary.fork());
    };
  }

  async #lookAtPrimary(): Promise<void> {
    const at = performance.now();
    try {
      const standing = await this.#askPrimary();
      const known = this.#beats.at(-1)?.history === standing.history ? this.#beats.slice(1 - REMEMBERED) : [];
      this.#beats = [...known, { at, ...standing }];
    } catch {
      // The readiness of the database says so.
    }
  }
}

/** One replica, and what is known of it. */
class Follower implements Replica {
  readonly name: string;
  readonly #ask: Ask;
  readonly #log: Log;
  /** Why it is not read. */
  #fault: string | undefined = UNKNOWN;
  /** The last moment of which it is known to have everything. */
  #completeAt: number | undefined;
  /** For those who read there: aborted when it is not to be read any more. */
  #leaving = new AbortController();

  constructor(name: string, ask: Ask, log: Log) {
    this.name = name;
    this.#ask = ask;
    this.#log = log;
  }

  get isUsable(): boolean {
    return this.#fault === undefined;
  }

  get secondsBehind(): number | undefined {
    return this.#completeAt === undefined ? undefined : (performance.now() - this.#completeAt) / 1000;
  }

  async look(beats: () => readonly Beat[]): Promise<void> {
    try {
      const standing = await this.#ask();
      this.#conclude(this.#faultOf(standing, beats()));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#conclude(message || code || 'it does not answer');
    }
  }

  /** Settles as `work` does, or rejects once the replica is not to be read any more: a silent one holds nobody up. */
  whileUsable<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.#leaving;
    return new Promise((resolve, reject) => {
      const leave = () => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
      void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #faultOf({ history, isReplica, position }: Standing, beats: readonly Beat[]): string | undefined {
    const now = performance.now();
    const latest = beats.at(-1);
    if (!latest || now - latest.at > SILENCE_MS) return UNKNOWN;
    if (!isReplica) return 'it takes changes of its own';
    if (history !== latest.history) return 'its history is not that of the primary';
    const reached = beats.findLast((beat) => beat.position <= position);
    if (reached) this.#completeAt = reached === latest ? now : reached.at;
    return this.#completeAt !== undefined && now - this.#completeAt <= BEHIND_MS ? undefined : 'it is too far behind';
  }

  #conclude(fault: string | undefined): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault === undefined) {
      this.#leaving = new AbortController();
      this.#log.info({ replica: this.name }, 'a replica is read');
    } else {
      this.#leaving.abort(new Error(fault));
      this.#log.warn({ replica: this.name, reason: fault }, 'a replica is left alone');
    }
  }
}

/** Leaves a turn out while the one before is under way. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let isUnderWay = false;
  return async () => {
    if (isUnderWay) return;
    isUnderWay = true;
    await work().finally(() => (isUnderWay = false));
  };
}
