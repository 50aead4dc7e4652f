import type { SqlEntityManager } from '@mikro-orm/sql';
import { mapStream } from '../../infra/async/iterators.ts';
import { Pulse } from '../../infra/async/pulse.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import type { EventLoop } from './event-loop.ts';
import type { Metrics } from './metrics.type.ts';
import type { PeopleConnected } from './people-connected.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Caches the figures for all administrators. */
const FRESH_MS = 900;

type Counts = Pick<Metrics, 'activeRuns' | 'runsLastMinute' | 'tokensLastMinute' | 'failedRunsLastHour' | 'costTodayUsd'>;

/** Computes the live figures of the platform from recorded events. */
export class MetricsService {
  readonly #bus: Bus;
  readonly #loop: EventLoop;
  readonly #people: PeopleConnected;
  #taken: { at: number; metrics: Promise<Metrics> } | undefined;

  constructor({ bus, loop, people }: { bus: Bus; loop: EventLoop; people: PeopleConnected }) {
    this.#bus = bus;
    this.#loop = loop;
    this.#people = people;
  }

  async follow(em: SqlEntityManager): Promise<AsyncIterableIterator<Metrics>> {
    const pulse = new Pulse();
    pulse.onEnd(await this.#bus.subscribe('metrics', 'all', () => pulse.stir()));
    return mapStream(pulse, () => this.#current(em));
  }

  #current(em: SqlEntityManager): Promise<Metrics> {
    if (!this.#taken || Date.now() - this.#taken.at > FRESH_MS) this.#taken = { at: Date.now(), metrics: this.#take(em.fork()) };
    return this.#taken.metrics;
  }

  async #take(em: SqlEntityManager): Promise<Metrics> {
    const at = new Date();
    const memoryBytes = process.memoryUsage().rss;
    const [counts, peopleConnected] = await Promise.all([count(em, at), this.#people.sum()]);
    return { at, ...counts, peopleConnected, memoryBytes, eventLoopDelayMs: this.#loop.delayMs() };
  }
}

async function count(em: SqlEntityManager, now: Date): Promise<Counts> {
  const minute = before(now, MINUTE_MS);
  const hour = before(now, HOUR_MS);
  const midnight = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  const [counts] = await em.execute<[Counts]>(
    `select
       (select count(*)::int from analytics.active_run where started_at > ?) as "activeRuns",
       (count(*) filter (where finished_at > ?))::int as "runsLastMinute",
       coalesce(sum(input_tokens + output_tokens) filter (where finished_at > ?), 0)::int as "tokensLastMinute",
       (count(*) filter (where finished_at > ? and status in ('FAILED', 'INTERRUPTED')))::int as "failedRunsLastHour",
       coalesce(sum(cost_usd) filter (where finished_at >= ?), 0) as "costTodayUsd"
     from analytics.usage where finished_at > ?`,
    // No answer takes an hour: the end of an older run was missed.
    [hour, minute, minute, hour, midnight, midnight < hour ? before(midnight, 1) : hour],
  );
  return counts;
}

function before(time: Date, ms: number): Date {
  return new Date(time.getTime() - ms);
}
