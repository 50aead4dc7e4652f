import type { Plan } from './plan.ts';

/** Decides which subgraph is asked what, and in which order. */
export interface Planner {
  /** For one operation in its canonical form (`execution/canonical.ts`). Rejects with a `Failure`. */
  plan(query: string): Promise<Plan>;
}

export type PlannerName = 'hive' | 'apollo';

/** A planner itself, as it runs in the planning process. It throws for what it cannot plan, and may do worse. */
export interface Engine {
  /** Undefined when nothing has to be fetched. */
  plan(query: string): Plan | undefined;
}
