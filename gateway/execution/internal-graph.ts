import { buildSchema } from 'graphql';
import type { Graph } from '../../infra/graph/graph.ts';
import { Planning } from '../planning/planning.ts';
import type { PlannerName } from '../planning/planner.ts';
import { Supergraph, type SupergraphOptions } from './supergraph.ts';

export interface InternalGraphOptions extends Pick<SupergraphOptions, 'sources' | 'log'> {
  supergraphSdl: string;
  /** The composed public schema. */
  apiSdl: string;
  plannerName: PlannerName;
}

/** Opens the graph in a process without a public server, for internal queries. Does not load Apollo's gateway. */
export async function openInternalGraph({ supergraphSdl, apiSdl, plannerName, ...parts }: InternalGraphOptions): Promise<Graph> {
  const schema = buildSchema(apiSdl, { assumeValid: true, assumeValidSDL: true });
  return new Supergraph(supergraphSdl, schema, new Planning(plannerName, parts.log), parts);
}
