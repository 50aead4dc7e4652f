import type { EntityManager } from '@mikro-orm/core';
import type { Actor } from '../../schema/viewer.ts';
import type { Fact, FactName, Facts, SubgraphName } from '../../schema/facts.ts';

/** What must *happen*: jobs and facts as rows, committed or rolled back with the rows that caused them. */
export interface Queue {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Resolves while jobs can be added. */
  ping(): Promise<void>;
  /** The queues in which jobs wait that could be worked on now. One query. */
  waiting(): Promise<Waiting[]>;
  /** Makes the job known, so that it may be added before anybody works on it. */
  declare(job: string, options?: WorkOptions): Promise<void>;
  /** Adds a declared job inside the caller's transaction. */
  add(em: EntityManager, job: string, data: object, options?: JobOptions): Promise<void>;
  /** Tells a fact inside the caller's transaction: one row for each hearer. */
  tell<N extends FactName>(em: EntityManager, name: N, payload: Facts[N], actor: Actor): Promise<void>;
  /** Runs `handler` for each job; at least once, so handlers are idempotent. */
  work(job: string, handler: JobHandler, options?: WorkOptions): Promise<void>;
  /** Runs `handler` for each fact routed to the hearer. */
  hear(hearer: SubgraphName, handler: (fact: Fact) => Promise<void>): Promise<void>;
}

export interface Waiting {
  queue: string;
  jobs: number;
  /** How long the first of them has been waiting. */
  oldestSeconds: number;
}

export type JobHandler<D extends object = any> = (data: D, signal: AbortSignal) => Promise<void>;

export interface JobOptions {
  /** Two jobs with one key never wait side by side. */
  singletonKey?: string;
  startAfterSeconds?: number;
  /** Jobs of one group, such as those of a person, share what `groupConcurrency` allows. */
  group?: string;
  /** Higher ones are worked on first; 0 when absent. */
  priority?: number;
  retryLimit?: number;
}

export interface WorkOptions {
  /** Jobs of this kind that one process runs at once. */
  concurrency?: number;
  /** Jobs of one group that run at once, in all processes together. */
  groupConcurrency?: number;
  /** Jobs taken at once and run one after the other; when one fails, all of them are tried again. */
  batchSize?: number;
  /** How long to wait before the jobs that were taken are run. */
  afterMs?: number;
  /** A job that runs longer is given to another worker. */
  expireInSeconds?: number;
  /** How often a failed job is tried again, with growing pauses. */
  retryLimit?: number;
}
