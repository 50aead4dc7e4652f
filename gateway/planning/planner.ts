import type { Plan } from './plan.ts';

/** Makes query plans: which fields to fetch from which subgraph, in which order. */
export interface Planner {
  /** Plans a canonical operation (canonical.ts). Rejects with a `Failure`. */
  plan(query: string): Promise<Plan>;
}

export type PlannerName = 'hive' | 'apollo';

/** A planner inside the planning process. Throws for documents that it cannot plan, and may crash or not terminate. */
export interface Engine {
  /** Returns undefined if there is nothing to fetch. */
  plan(query: string): Plan | undefined;
}
