import { buildSchema } from 'graphql';
import type { Graph } from '../../infra/graph/graph.ts';
import { Planning } from '../planning/planning.ts';
import type { PlannerName } from '../planning/planner.ts';
import { Supergraph, type SupergraphOptions } from './supergraph.ts';

export interface InternalGraphOptions extends Pick<SupergraphOptions, 'sources' | 'log'> {
  supergraphSdl: string;
  /** The public schema, as composition has printed it. */
  apiSdl: string;
  plannerName: PlannerName;
}

/** The graph of a process that has no door: only the platform asks it. Nothing of Apollo's gateway is loaded for it. */
export async function openInternalGraph({ supergraphSdl, apiSdl, plannerName, ...parts }: InternalGraphOptions): Promise<Graph> {
  const schema = buildSchema(apiSdl, { assumeValid: true, assumeValidSDL: true });
  return new Supergraph(supergraphSdl, schema, new Planning(plannerName, parts.log), parts);
}
