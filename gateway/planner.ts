import type { Log } from '../infra/log.ts';
import type { Plan } from './execution/plan.ts';

/** Decides which subgraph is asked what, and in which order. */
export interface Planner {
  /** Undefined when nothing has to be fetched. The document has been validated against the public schema. */
  plan(query: string, operationName?: string): Plan | undefined;
}

export type PlannerName = 'hive' | 'apollo';
export type MakePlanner = (supergraphSdl: string) => Planner;

/** The planner of that name, or the one in JavaScript where the native one has no build for this platform. */
export async function loadPlanner(name: PlannerName, log: Log): Promise<MakePlanner> {
  if (name === 'hive') {
    try {
      const { HivePlanner } = await import('./hive-planner.ts');
      return (supergraphSdl) => new HivePlanner(supergraphSdl);
    } catch (error) {
      log.warn({ err: error }, 'the native query planner does not load here; plans are made by the slower one in JavaScript');
    }
  }
  const { ApolloPlanner } = await import('./apollo-planner.ts');
  return (supergraphSdl) => new ApolloPlanner(supergraphSdl);
}
