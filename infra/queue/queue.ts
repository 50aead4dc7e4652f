import type { EntityManager } from '@mikro-orm/core';
import type { Actor } from '../../schema/viewer.ts';
import type { DomainEvent, EventName, DomainEvents } from '../../schema/events.ts';
import type { SubgraphName } from '../../schema/subgraphs.ts';

/** A transactional job queue and outbox: jobs and events are rows that commit or roll back with the rows that caused them. */
export interface Queue {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Rejects if jobs cannot be added. */
  ping(): Promise<void>;
  /** Returns the queues with jobs that are due, in one query. */
  waiting(): Promise<Waiting[]>;
  /** Creates the queue of a job, so that jobs can be added before any worker starts. */
  declare(job: string, options?: WorkOptions): Promise<void>;
  /** Adds a declared job inside the caller's transaction. */
  add(em: EntityManager, job: string, data: object, options?: JobOptions): Promise<void>;
  /** Emits a domain event in the caller's transaction: one row per subscriber. */
  emit<N extends EventName>(em: EntityManager, name: N, payload: DomainEvents[N], actor: Actor): Promise<void>;
  /** Runs `handler` for each job. Delivery is at least once, so handlers must be idempotent. */
  work(job: string, handler: JobHandler, options?: WorkOptions): Promise<void>;
  /** Runs `handler` for each event routed to the subscriber. */
  subscribe(subscriber: SubgraphName, handler: (event: DomainEvent) => Promise<void>): Promise<void>;
}

export interface Waiting {
  queue: string;
  jobs: number;
  /** Age of the oldest job. */
  oldestSeconds: number;
}

export type JobHandler<D extends object = any> = (data: D, signal: AbortSignal) => Promise<void>;

export interface JobOptions {
  /** At most one job with this key waits at a time. */
  singletonKey?: string;
  startAfterSeconds?: number;
  /** Jobs of one group, for example of one user, share `groupConcurrency`. */
  group?: string;
  /** Higher priorities run first. Default 0. */
  priority?: number;
  retryLimit?: number;
}

export interface WorkOptions {
  /** Concurrent jobs per process. */
  concurrency?: number;
  /** Concurrent jobs per group, over all processes. */
  groupConcurrency?: number;
  /** Jobs fetched together and run sequentially; if one fails, the whole batch is retried. */
  batchSize?: number;
  /** Delay between fetching a batch and running it. */
  afterMs?: number;
  /** Timeout after which another worker takes the job over. */
  expireInSeconds?: number;
  /** Retries of a failed job, with exponential back-off. */
  retryLimit?: number;
}
