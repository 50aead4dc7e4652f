import type { SqlEntityManager } from '@mikro-orm/sql';
import { bulkhead } from 'cockatiel';
import { Bell, PullStream, type Step } from '../../../infra/async/iterators.ts';
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
export class RunFollower extends PullStream<StoredRunEvent> {
  readonly #em: () => SqlEntityManager;
  readonly #runId: string;
  /** The run as the caller has just loaded it, used by the first read. */
  #opened: Run | undefined;
  #at: Cursor;
  #ready: StoredRunEvent[] = [];
  #live: Channels['run'] | undefined;
  #woken = true;
  readonly #bell = new Bell();

  private constructor(em: () => SqlEntityManager, run: Run, at: Cursor) {
    super();
    this.#em = em;
    this.#runId = run.id;
    this.#opened = run;
    this.#at = at;
    this.onEnd(() => this.#bell.ring());
  }

  static async open(parts: { em: () => SqlEntityManager; bus: Bus }, run: Run, after: string | null | undefined): Promise<RunFollower> {
    const at = after ? parseCursor(after) : BEGINNING;
    if (isBehind({ attempt: run.attempt, seq: run.lastSeq }, at)) {
      throw new Failure('BAD_USER_INPUT', { reason: 'The cursor is beyond the newest event of the run.', field: 'after' });
    }
    const follower = new RunFollower(parts.em, run, at);
    // Without the bus the log is still read every second.
    follower.onEnd(await parts.bus.subscribe('run', run.id, (burst) => follower.#receive(burst)).catch(() => () => {}));
    return follower;
  }

  protected override async pull(signal: AbortSignal): Promise<Step<StoredRunEvent>> {
    while (!signal.aborted) {
      const event = this.#ready.shift();
      if (event) {
        this.#at = { attempt: event.attempt, seq: event.seq };
        return { value: event, isLast: endsRun(event.kind) };
      }
      if (!this.#woken) {
        await this.#bell.wait(LOOK_MS);
        this.#woken = true;
      } else if (await this.#read(signal)) return undefined;
    }
    return undefined;
  }

  /** Buffers events that continue the buffer, up to a page; otherwise keeps only the newest, and the log has the rest. */
  #receive(burst: Channels['run']): void {
    const waiting = this.#live;
    const joins =
      waiting?.events &&
      burst.events &&
      waiting.attempt === burst.attempt &&
      waiting.lastSeq + 1 === burst.firstSeq &&
      waiting.events.length + burst.events.length <= PAGE;
    this.#live = joins ? { ...burst, firstSeq: waiting.firstSeq, events: [...waiting.events!, ...burst.events!] } : burst;
    this.#woken = true;
    this.#bell.ring();
  }

  /** Returns whether the run has ended and everything was read. */
  async #read(signal: AbortSignal): Promise<boolean> {
    const burst = this.#live;
    this.#live = undefined;
    this.#woken = false;
    const { attempt, seq } = this.#at;
    if (burst?.events && burst.attempt === attempt && burst.firstSeq <= seq + 1) {
      this.#ready = burst.events.filter((event) => event.seq > seq);
      return false;
    }
    return turns.execute(() => this.#readLog(signal));
  }

  async #readLog(signal: AbortSignal): Promise<boolean> {
    // The reader may have left while it waited.
    if (signal.aborted) return true;
    const em = this.#em();
    // Reads the status before the events: if the run has ended by then, the log has all of its events.
    const run = this.#opened ?? (await em.findOne(Run, { id: this.#runId }));
    this.#opened = undefined;
    this.#ready = await readEvents(em, this.#runId, this.#at, PAGE);
    if (this.#ready.length === PAGE) this.#woken = true;
    return this.#ready.length === 0 && (!run || !isActive(run));
  }
}

export async function readEvents(em: SqlEntityManager, runId: string, after: Cursor, limit: number): Promise<StoredRunEvent[]> {
  return em.execute<StoredRunEvent[]>(
    `select attempt, seq, kind, data, at from conversations.run_event
     where run_id = ? and (attempt, seq) > (?, ?) order by attempt, seq limit ?`,
    [runId, after.attempt, after.seq, limit],
  );
}
