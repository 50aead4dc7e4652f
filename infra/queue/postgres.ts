import { setTimeout } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/core';
import { fromKysely, fromPglite, PgBoss, type ConstructorOptions, type Job } from 'pg-boss';
import { subscribersOf, type DomainEvent, type EventName, type DomainEvents } from '../../schema/events.ts';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../schema/subgraphs.ts';
import type { Actor } from '../../schema/viewer.ts';
import { newId } from '../id.ts';
import type { Log } from '../log.ts';
import type { JobHandler, JobOptions, Queue, Waiting, WorkOptions } from './queue.ts';

/** Delays events, so that handling them does not slow down the request that caused them. */
const AFTERWARDS_MS = 150;

/** The queue's own connections, or the single connection of the embedded engine. */
export type QueueConnections = ConstructorOptions;

export function embeddedConnections(engine: Parameters<typeof fromPglite>[0]): QueueConnections {
  return { db: fromPglite(engine), backend: 'pglite' };
}

/** pg-boss in the product's database, so that jobs commit together with the rows that caused them. */
export class PostgresQueue implements Queue {
  readonly #boss: PgBoss;
  readonly #log: Log;
  readonly #created = new Map<string, Promise<void>>();

  constructor(connections: QueueConnections, log: Log) {
    this.#log = log;
    this.#boss = new PgBoss({ ...connections, schema: 'queue', useListenNotify: true, monitorVacuum: false, reindex: false });
    this.#boss.on('error', (error) => log.error({ err: error }, 'the queue reported an error'));
  }

  async open(): Promise<void> {
    await this.#boss.start();
    for (const subscriber of SUBGRAPH_NAMES) await this.#ensureQueue(eventQueueOf(subscriber), { retryLimit: 20 });
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 5_000 });
  }

  async ping(): Promise<void> {
    await this.#boss.getQueue(eventQueueOf('analytics'));
  }

  async waiting(): Promise<Waiting[]> {
    // The same condition as pg-boss's own fetch, which its partial index covers.
    const { rows } = await this.#boss.getDb().executeSql(
      `select name as queue, count(*)::int as jobs, extract(epoch from now() - min(start_after))::float8 as "oldestSeconds"
       from queue.job where state < 'active' and start_after <= now() group by name`,
    );
    return rows as Waiting[];
  }

  async declare(job: string, options: WorkOptions = {}): Promise<void> {
    await this.#ensureQueue(job, options);
  }

  async add(em: EntityManager, job: string, data: object, options: JobOptions = {}): Promise<void> {
    await this.#boss.insert(
      job,
      [
        {
          id: newId(),
          data,
          ...(options.singletonKey ? { singletonKey: options.singletonKey } : {}),
          ...(options.group ? { group: { id: options.group } } : {}),
          ...(options.priority ? { priority: options.priority } : {}),
          ...(options.startAfterSeconds ? { startAfter: options.startAfterSeconds } : {}),
          ...(options.retryLimit === undefined ? {} : { retryLimit: options.retryLimit }),
        },
      ],
      { db: withinTransaction(em) },
    );
  }

  async emit<N extends EventName>(em: EntityManager, name: N, payload: DomainEvents[N], actor: Actor): Promise<void> {
    const event: DomainEvent<N> = { id: newId(), name, payload, actor, at: new Date().toISOString() };
    const db = withinTransaction(em);
    for (const subscriber of subscribersOf(name))
      await this.#boss.insert(eventQueueOf(subscriber), [{ id: event.id, data: event }], { db });
  }

  async work(job: string, handler: JobHandler, options: WorkOptions = {}): Promise<void> {
    await this.#ensureQueue(job, options);
    // Separate workers, because pg-boss returns only the first name for `localConcurrency` > 1.
    for (let worker = 0; worker < (options.concurrency ?? 1); worker += 1) await this.#startWorker(job, handler, options);
  }

  async subscribe(subscriber: SubgraphName, handler: (event: DomainEvent) => Promise<void>): Promise<void> {
    // One at a time and in order, so that effects are handled after their causes.
    await this.work(eventQueueOf(subscriber), (event: DomainEvent) => handler(event), {
      retryLimit: 20,
      batchSize: 20,
      afterMs: AFTERWARDS_MS,
    });
  }

  async #startWorker(job: string, handler: JobHandler, { batchSize = 1, afterMs = 0, groupConcurrency }: WorkOptions): Promise<void> {
    let worker = '';
    const pace = {
      localConcurrency: 1,
      pollingIntervalSeconds: 2,
      notifyPollingIntervalSeconds: 3,
      batchSize,
      ...(groupConcurrency ? { groupConcurrency } : {}),
    };
    worker = await this.#boss.work<object>(job, pace, async (jobs) => {
      try {
        if (afterMs) await setTimeout(afterMs);
        // pg-boss fetches the oldest jobs but returns them unordered; ids are chronological.
        for (const found of jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1))) await this.#run(found, handler);
      } finally {
        // Polls again at once, since notifications that arrive while a worker is busy are lost.
        this.#boss.notifyWorker(worker);
      }
    });
  }

  async #run(job: Job<object>, handler: JobHandler): Promise<void> {
    try {
      await handler(job.data, job.signal);
    } catch (error) {
      this.#log.error({ err: error, job: job.name, jobId: job.id }, 'job failed');
      throw error;
    }
  }

  /** Creates a queue once; a queue must exist before its first job. */
  async #ensureQueue(name: string, options: WorkOptions): Promise<void> {
    let created = this.#created.get(name);
    if (!created) {
      created = this.#create(name, options);
      this.#created.set(name, created);
    }
    await created;
  }

  async #create(name: string, options: WorkOptions): Promise<void> {
    await this.#boss.createQueue(name, {
      notify: true,
      retryLimit: options.retryLimit ?? 5,
      retryBackoff: true,
      retryDelay: 1,
      retryDelayMax: 60,
      expireInSeconds: options.expireInSeconds ?? 300,
      deleteAfterSeconds: 3600,
    });
    // Fills pg-boss's cache of queues. A lookup inside a transaction would deadlock on the embedded engine's connection.
    await this.#boss.insert(name, []);
  }
}

function eventQueueOf(subscriber: SubgraphName): string {
  return `facts.${subscriber}`;
}

function withinTransaction(em: EntityManager): ReturnType<typeof fromKysely> {
  const transaction = em.getTransactionContext();
  if (!transaction) throw new Error('Jobs and events must be added inside the transaction that causes them.');
  return fromKysely(transaction as Parameters<typeof fromKysely>[0]);
}
