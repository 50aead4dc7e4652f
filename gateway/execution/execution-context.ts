import type { GraphQLError } from 'graphql';
import type { Log } from '../../infra/log.ts';
import type { Source } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import type { JsonObject } from './merge.ts';
import type { CoercedVariables } from './request.ts';
import type { IsOfType } from './walk.ts';

/** Shared by all operations of one supergraph. */
export interface SupergraphContext {
  sourceOf(subgraph: string): Source;
  isOfType: IsOfType;
  log: Log;
}

/** The state of one operation, or of one subscription event, during execution. */
export interface Execution {
  context: SupergraphContext;
  variables: CoercedVariables;
  identity: Identity;
  signal?: AbortSignal;
  /** Merged results of the fetches so far, by the response names of the plan. */
  data: JsonObject;
  errors: GraphQLError[];
}
