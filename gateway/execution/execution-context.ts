import type { GraphQLError } from 'graphql';
import type { Log } from '../../infra/log.ts';
import type { Source } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import type { JsonObject } from './merge.ts';
import type { CoercedVariables } from './request.ts';
import type { IsOfType } from './walk.ts';

/** What the fetches of all operations share, as long as one supergraph holds. */
export interface SupergraphContext {
  sourceOf(subgraph: string): Source;
  isOfType: IsOfType;
  log: Log;
}

/** One operation, or one event of a subscription, while it is being answered. */
export interface Execution {
  context: SupergraphContext;
  variables: CoercedVariables;
  identity: Identity;
  signal?: AbortSignal;
  /** What the subgraphs have delivered so far, under the response names of the plan. */
  data: JsonObject;
  errors: GraphQLError[];
}
