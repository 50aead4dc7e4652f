import { setTimeout } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/core';
import { fromKysely, fromPglite, PgBoss, type ConstructorOptions, type Job } from 'pg-boss';
import { hearersOf, SUBGRAPH_NAMES, type Fact, type FactName, type Facts, type SubgraphName } from '../../schema/facts.ts';
import type { Actor } from '../../schema/viewer.ts';
import { newId } from '../id.ts';
import type { Log } from '../log.ts';
import type { JobHandler, JobOptions, Queue, Waiting, WorkOptions } from './queue.ts';

/** Facts are heard after the person who caused them has been served. */
const AFTERWARDS_MS = 150;

/** How the queue reaches the database: by connections of its own, or by the one of the embedded engine. */
export type QueueConnections = ConstructorOptions;

export function embeddedConnections(engine: Parameters<typeof fromPglite>[0]): QueueConnections {
  return { db: fromPglite(engine), backend: 'pglite' };
}

/** pg-boss in the one database, so that a job exists exactly when the rows exist that asked for it. */
export class PostgresQueue implements Queue {
  readonly #boss: PgBoss;
  readonly #log: Log;
  readonly #made = new Map<string, Promise<void>>();

  constructor(connections: QueueConnections, log: Log) {
    this.#log = log;
    this.#boss = new PgBoss({ ...connections, schema: 'queue', useListenNotify: true, monitorVacuum: false, reindex: false });
    this.#boss.on('error', (error) => log.error({ err: error }, 'the queue reports an error'));
  }

  async open(): Promise<void> {
    await this.#boss.start();
    for (const hearer of SUBGRAPH_NAMES) await this.#make(factsOf(hearer), { retryLimit: 20 });
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: true, timeout: 5_000 });
  }

  async ping(): Promise<void> {
    await this.#boss.getQueue(factsOf('analytics'));
  }

  async waiting(): Promise<Waiting[]> {
    // As pg-boss looks for work: by the index that holds no other jobs than those.
    const { rows } = await this.#boss.getDb().executeSql(
      `select name as queue, count(*)::int as jobs, extract(epoch from now() - min(start_after))::float8 as "oldestSeconds"
       from queue.job where state < 'active' and start_after <= now() group by name`,
    );
    return rows as Waiting[];
  }

  async declare(job: string, options: WorkOptions = {}): Promise<void> {
    await this.#make(job, options);
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

  async tell<N extends FactName>(em: EntityManager, name: N, payload: Facts[N], actor: Actor): Promise<void> {
    const fact: Fact<N> = { id: newId(), name, payload, actor, at: new Date().toISOString() };
    const db = withinTransaction(em);
    for (const hearer of hearersOf(name)) await this.#boss.insert(factsOf(hearer), [{ id: fact.id, data: fact }], { db });
  }

  async work(job: string, handler: JobHandler, options: WorkOptions = {}): Promise<void> {
    await this.#make(job, options);
    // Each is a worker of its own to pg-boss, because it tells the name of the first of several only.
    for (let worker = 0; worker < (options.concurrency ?? 1); worker += 1) await this.#startWorker(job, handler, options);
  }

  async hear(hearer: SubgraphName, handler: (fact: Fact) => Promise<void>): Promise<void> {
    // In the order in which they were told, one at a time: a reader of facts sees effects after causes.
    await this.work(factsOf(hearer), (fact: Fact) => handler(fact), { retryLimit: 20, batchSize: 20, afterMs: AFTERWARDS_MS });
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
        // Taken oldest first, but handed over in no order; the ids have it.
        for (const found of jobs.toSorted((a, b) => (a.id < b.id ? -1 : 1))) await this.#run(found, handler);
      } finally {
        // Left alone it would rest for seconds, though jobs may wait whose notice came while it was busy.
        this.#boss.notifyWorker(worker);
      }
    });
  }

  async #run(job: Job<object>, handler: JobHandler): Promise<void> {
    try {
      await handler(job.data, job.signal);
    } catch (error) {
      this.#log.error({ err: error, job: job.name, jobId: job.id }, 'a job failed');
      throw error;
    }
  }

  /** A queue must exist before its first job; making it twice does nothing. */
  async #make(name: string, options: WorkOptions): Promise<void> {
    let made = this.#made.get(name);
    if (!made) {
      made = this.#create(name, options);
      this.#made.set(name, made);
    }
    await made;
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
    // Makes pg-boss remember the queue now: looked up within a transaction, it would wait for the one connection.
    await this.#boss.insert(name, []);
  }
}

function factsOf(hearer: SubgraphName): string {
  return `facts.${hearer}`;
}

function withinTransaction(em: EntityManager): ReturnType<typeof fromKysely> {
  const transaction = em.getTransactionContext();
  if (!transaction) throw new Error('Jobs and facts are added inside the transaction that causes them.');
  return fromKysely(transaction as Parameters<typeof fromKysely>[0]);
}
