import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Plan } from './plan.ts';
import { withoutLiterals } from './without-literals.ts';
import type { Planner, PlannerName } from './planner.ts';
import { PlannerCrashed, PlannerProcess, PlannerUnavailable, type PlanRequest } from './planner-process.ts';

/** Timeout of a plan (ms), including the load time of the planner for the first document. */
const LIMIT_MS: Record<PlannerName, number> = { hive: 5_000, apollo: 20_000 };
const MAX_CRASHING_DOCUMENTS = 2_000;
/** Pauses the native planner after this many crashes within `PAUSE_MS`, so that variations of a document cannot crash it in a loop. */
const MAX_CRASHES = 3;
const PAUSE_MS = 60_000;

/**
 * Plans in a child process, with the native planner and, if that rejects the document or crashes, with Apollo's. A panic of
 * native code aborts its process, and neither planner bounds its time.
 */
export class Planning {
  readonly process = new PlannerProcess();
  /** Hashes of documents that crashed the native planner. */
  readonly #crashing = new LRUCache<string, true>({ max: MAX_CRASHING_DOCUMENTS });
  #crashTimes: number[] = [];
  #hasNative: boolean;

  readonly #log: Log;

  constructor(name: PlannerName, log: Log) {
    this.#log = log;
    this.#hasNative = name === 'hive';
  }

  plannerFor(supergraphSdl: string): Planner {
    return { plan: (query) => this.#plan(supergraphSdl, query) };
  }

  /** Ends the child process; a later document starts a new one. */
  close(): void {
    this.process.close();
  }

  async #plan(supergraphSdl: string, query: string): Promise<Plan> {
    const hash = createHash('sha256').update(query).digest('base64');
    const reasons: Partial<Record<PlannerName, string>> = {};
    for (const engine of this.#engines(hash)) {
      const outcome = await this.#ask({ supergraphSdl, query, engine, limitMs: LIMIT_MS[engine] }, hash);
      if (typeof outcome !== 'string') return outcome;
      reasons[engine] = outcome;
    }
    this.#log.warn({ document: withoutLiterals(query), reasons }, 'no planner can plan this document');
    throw new Failure('QUERY_NOT_PLANNABLE');
  }

  #engines(hash: string): PlannerName[] {
    const since = performance.now() - PAUSE_MS;
    this.#crashTimes = this.#crashTimes.filter((time) => time > since);
    const isNative = this.#hasNative && this.#crashTimes.length < MAX_CRASHES && !this.#crashing.get(hash);
    return isNative ? ['hive', 'apollo'] : ['apollo'];
  }

  /** Returns the plan or an error message. */
  async #ask(request: PlanRequest, hash: string): Promise<Plan | string> {
    try {
      const reply = await this.process.plan(request);
      if (reply.kind === 'planned') return reply.plan;
      if (reply.kind === 'missing') this.#noNative(reply.reason);
      return reply.reason;
    } catch (error) {
      if (error instanceof PlannerUnavailable) throw new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: error });
      if (!(error instanceof PlannerCrashed)) throw error;
      this.#crashed(error, request, hash);
      return error.message;
    }
  }

  #crashed(error: PlannerCrashed, { query, engine }: PlanRequest, hash: string): void {
    this.#log.error({ how: error.message, engine, document: withoutLiterals(query) }, 'a document crashed the planning process');
    if (engine !== 'hive') return;
    this.#crashing.set(hash, true);
    this.#crashTimes.push(performance.now());
    if (this.#crashTimes.length === MAX_CRASHES)
      this.#log.error({ pauseMs: PAUSE_MS }, 'the native query planner is paused; the slower one in JavaScript is used');
  }

  #noNative(reason: string): void {
    if (!this.#hasNative) return;
    this.#hasNative = false;
    this.#log.warn({ reason }, 'the native query planner cannot be loaded; the slower one in JavaScript is used');
  }
}
