import type { Cluster, Redis } from 'ioredis';
import { newId } from '../id.ts';
import type { Presence } from './presence.ts';
import { Visits } from './visits.ts';

/** One hash tag, so that a cluster can join the sets of all processes. */
const PROCESSES = 'parley:{presence}';
const EVERYBODY = `${PROCESSES}:everybody`;
const FADE_MS = 30_000;

/**
 * Stores a set of people per process, and a sorted set of processes by their last heartbeat. Each heartbeat writes the
 * set again, so that data lost by Redis is restored within seconds.
 */
export class RedisPresence implements Presence {
  readonly #redis: Redis | Cluster;
  readonly #fadeMs: number;
  readonly #id = newId();
  readonly #visits = new Visits();
  readonly #beat: NodeJS.Timeout;

  /** A connection of its own, whose commands fail at once while it is down. */
  constructor(redis: Redis | Cluster, fadeMs = FADE_MS) {
    this.#redis = redis;
    this.#fadeMs = fadeMs;
    this.#beat = setInterval(() => this.#tell(), fadeMs / 3).unref();
    redis.on('ready', () => this.#tell());
  }

  enter(userId: string): () => void {
    if (this.#visits.enter(userId)) this.#tell();
    let isHere = true;
    return () => {
      if (isHere && this.#visits.leave(userId)) this.#tell();
      isHere = false;
    };
  }

  async count(): Promise<number> {
    const alive = await this.#redis.zrangebyscore(PROCESSES, Date.now() - this.#fadeMs, '+inf');
    if (alive.length === 0) return 0;
    const people = await this.#redis.sunionstore(EVERYBODY, ...alive.map(keyOf));
    await this.#redis.pexpire(EVERYBODY, this.#fadeMs);
    return people;
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    await this.#redis
      .multi()
      .del(keyOf(this.#id))
      .zrem(PROCESSES, this.#id)
      .exec()
      .catch(() => undefined);
    this.#redis.disconnect();
  }

  /** A lost write is repeated by the next heartbeat. */
  #tell(): void {
    const { people } = this.#visits;
    const own = keyOf(this.#id);
    const now = Date.now();
    const words = this.#redis.multi().del(own);
    if (people.length > 0) words.sadd(own, ...people).pexpire(own, this.#fadeMs);
    words
      .zadd(PROCESSES, now, this.#id)
      .zremrangebyscore(PROCESSES, 0, now - this.#fadeMs)
      .pexpire(PROCESSES, this.#fadeMs)
      .exec()
      .catch(() => undefined);
  }
}

function keyOf(process: string): string {
  return `${PROCESSES}:${process}`;
}
