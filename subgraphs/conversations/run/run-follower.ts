import type { SqlEntityManager } from '@mikro-orm/sql';
import { bulkhead } from 'cockatiel';
import type { Bus } from '../../../infra/bus/bus.ts';
import { Failure } from '../../../schema/errors.ts';
import type { Channels, StoredRunEvent } from '../../../schema/channels.ts';
import { BEGINNING, endsRun, isBehind, parseCursor, type Cursor } from './run-event.ts';
import { isActive, Run } from './run.entity.ts';

const PAGE = 200;
/**
 * Limits concurrent catch-up reads, which would otherwise take every database connection from writers and time out waiting
 * for each other.
 */
const turns = bulkhead(6, Infinity);
/** Poll interval of the log, because the bus may lose a message. */
const LOOK_MS = 1000;

/**
 * Replays a run's log after a cursor, then follows it to its end. Subscribes before it reads, so no event is missed. It is
 * pull-based, so a slow reader costs no memory: unread events stay in the log.
 */
export class RunFollower implements AsyncIterableIterator<StoredRunEvent> {
  readonly #em: () => SqlEntityManager;
  readonly #runId: string;
  /** The run as the caller has just loaded it, used by the first read. */
  #opened: Run | undefined;
  #at: Cursor;
  #ready: StoredRunEvent[] = [];
  #live: Channels['run'] | undefined;
  #woken = true;
  #wake: (() => void) | undefined;
  #ended = false;
  #stop: (() => Promise<void>) | undefined;

  private constructor(em: () => SqlEntityManager, run: Run, at: Cursor) {
    this.#em = em;
    this.#runId = run.id;
    this.#opened = run;
    this.#at = at;
  }

  static async open(parts: { em: () => SqlEntityManager; bus: Bus }, run: Run, after: string | null | undefined): Promise<RunFollower> {
    const at = after ? parseCursor(after) : BEGINNING;
    if (isBehind({ attempt: run.attempt, seq: run.lastSeq }, at)) {
      throw new Failure('BAD_USER_INPUT', { reason: 'The cursor lies ahead of the run.', field: 'after' });
    }
    const follower = new RunFollower(parts.em, run, at);
    // Without the bus the log is still read every second.
    follower.#stop = await parts.bus.subscribe('run', run.id, (burst) => follower.#hear(burst)).catch(() => async () => {});
    return follower;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<StoredRunEvent>> {
    while (!this.#ended) {
      const event = this.#ready.shift();
      if (event) return this.#take(event);
      if (this.#woken) await this.#read();
      else await this.#sleep();
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<StoredRunEvent>> {
    this.#ended = true;
    this.#wake?.();
    await this.#stop?.();
    return { done: true, value: undefined };
  }

  async #take(event: StoredRunEvent): Promise<IteratorResult<StoredRunEvent>> {
    this.#at = { attempt: event.attempt, seq: event.seq };
    if (endsRun(event.kind)) await this.return();
    return { done: false, value: event };
  }

  /** Buffers events that continue the buffer, up to a page; otherwise keeps only the newest, and the log has the rest. */
  #hear(burst: Channels['run']): void {
    const waiting = this.#live;
    const joins =
      waiting?.events &&
      burst.events &&
      waiting.attempt === burst.attempt &&
      waiting.lastSeq + 1 === burst.firstSeq &&
      waiting.events.length + burst.events.length <= PAGE;
    this.#live = joins ? { ...burst, firstSeq: waiting.firstSeq, events: [...waiting.events!, ...burst.events!] } : burst;
    this.#woken = true;
    this.#wake?.();
  }

  async #read(): Promise<void> {
    const burst = this.#live;
    this.#live = undefined;
    this.#woken = false;
    const { attempt, seq } = this.#at;
    if (burst?.events && burst.attempt === attempt && burst.firstSeq <= seq + 1) {
      this.#ready = burst.events.filter((event) => event.seq > seq);
      return;
    }
    await turns.execute(() => this.#readLog());
  }

  async #readLog(): Promise<void> {
    // The reader may have left while it waited.
    if (this.#ended) return;
    const em = this.#em();
    // Reads the status before the events: if the run has ended by then, the log has all of its events.
    const run = this.#opened ?? (await em.findOne(Run, { id: this.#runId }));
    this.#opened = undefined;
    this.#ready = await readEvents(em, this.#runId, this.#at, PAGE);
    if (this.#ready.length === PAGE) this.#woken = true;
    if (this.#ready.length === 0 && (!run || !isActive(run))) await this.return();
  }

  async #sleep(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(() => {
        this.#woken = true;
        resolve();
      }, LOOK_MS);
    });
    clearTimeout(timer);
  }
}

export async function readEvents(em: SqlEntityManager, runId: string, after: Cursor, limit: number): Promise<StoredRunEvent[]> {
  return em.execute<StoredRunEvent[]>(
    `select attempt, seq, kind, data, at from conversations.run_event
     where run_id = ? and (attempt, seq) > (?, ?) order by attempt, seq limit ?`,
    [runId, after.attempt, after.seq, limit],
  );
}
