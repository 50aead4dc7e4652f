import { createHash } from 'node:crypto';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Plan } from './plan.ts';
import { Lru } from '../lru.ts';
import { withoutLiterals } from './without-literals.ts';
import type { Planner, PlannerName } from './planner.ts';
import { PlannerDied, PlannerProcess, PlannerUnavailable, type PlanRequest } from './planner-process.ts';

/** In milliseconds. Either takes some of them, the first document the loading of the planner too; what takes this long will not end. */
const LIMIT_MS: Record<PlannerName, number> = { hive: 5_000, apollo: 20_000 };
const REMEMBERED_DEATHS = 2_000;
/** After as many deaths within the time, the native planner rests as long: else documents that kill it, each a little different, keep it starting. */
const DEATHS = 3;
const REST_MS = 60_000;

/**
 * Makes plans in a process of its own, by the native planner and, for what it refuses or dies of, by the one in JavaScript.
 * A panic of native code aborts its whole process, and neither planner bounds its time.
 */
export class Planning {
  readonly process = new PlannerProcess();
  /** Hashes of documents that ended the native planner. */
  readonly #deadly = new Lru<true>(REMEMBERED_DEATHS, REMEMBERED_DEATHS);
  #deathTimes: number[] = [];
  #hasNative: boolean;

  constructor(
    name: PlannerName,
    private readonly log: Log,
  ) {
    this.#hasNative = name === 'hive';
  }

  plannerFor(supergraphSdl: string): Planner {
    return { plan: (query) => this.#plan(supergraphSdl, query) };
  }

  /** Ends the process; a later document starts another. */
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
    this.log.warn({ document: withoutLiterals(query), reasons }, 'no planner finds a plan for this document');
    throw new Failure('QUERY_NOT_PLANNABLE');
  }

  #engines(hash: string): PlannerName[] {
    const since = performance.now() - REST_MS;
    this.#deathTimes = this.#deathTimes.filter((time) => time > since);
    const isNative = this.#hasNative && this.#deathTimes.length < DEATHS && !this.#deadly.get(hash);
    return isNative ? ['hive', 'apollo'] : ['apollo'];
  }

  /** The plan, or why there is none. */
  async #ask(request: PlanRequest, hash: string): Promise<Plan | string> {
    try {
      const reply = await this.process.plan(request);
      if (reply.kind === 'planned') return reply.plan;
      if (reply.kind === 'missing') this.#noNative(reply.reason);
      return reply.reason;
    } catch (error) {
      if (error instanceof PlannerUnavailable) throw new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: error });
      if (!(error instanceof PlannerDied)) throw error;
      this.#died(error, request, hash);
      return error.message;
    }
  }

  #died(error: PlannerDied, { query, engine }: PlanRequest, hash: string): void {
    this.log.error({ how: error.message, engine, document: withoutLiterals(query) }, 'the planning process ended over a document');
    if (engine !== 'hive') return;
    if (!this.#deadly.get(hash)) this.#deadly.add(hash, true, 1);
    this.#deathTimes.push(performance.now());
    if (this.#deathTimes.length === DEATHS)
      this.log.error({ restMs: REST_MS }, 'the native query planner rests; plans are made by the slower one in JavaScript');
  }

  #noNative(reason: string): void {
    if (!this.#hasNative) return;
    this.#hasNative = false;
    this.log.warn({ reason }, 'the native query planner does not load here; plans are made by the slower one in JavaScript');
  }
}
