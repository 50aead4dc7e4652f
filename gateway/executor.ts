import { GraphQLError, getVariableValues } from 'graphql';
import { Failure } from '../schema/errors.ts';
import type { SourceResult } from '../schema/source.ts';
import type { Identity } from '../schema/viewer.ts';
import { requestOf } from './execution/call-subgraph.ts';
import { EventStream } from './execution/event-stream.ts';
import type { Execution, Ground } from './execution/execution.ts';
import { receiveRoot } from './execution/fetch-root.ts';
import { introspect } from './execution/introspection.ts';
import type { Operation } from './execution/operations.ts';
import { MAX_ERRORS } from './execution/place-errors.ts';
import type { SubscriptionPlan } from './execution/plan.ts';
import { refuse } from './execution/refusal.ts';
import type { CoercedVariables, GraphRequest, GraphResult } from './request.ts';
import { runPlan } from './execution/run-plan.ts';

const MAX_VARIABLE_ERRORS = 20;

/** Who asks, and until when. */
export interface Caller {
  identity: Identity;
  signal?: AbortSignal;
}

/** Answers prepared operations out of the subgraphs. */
export class Executor {
  constructor(private readonly ground: Ground) {}

  /** Queries and mutations. Rejects with a `Refusal`, or with a bug. */
  async execute(operation: Operation, request: GraphRequest, caller: Caller): Promise<GraphResult> {
    const variables = admit(operation, request, caller.identity);
    const execution = this.#begin(variables, caller);
    if (operation.introspection) {
      Object.assign(
        execution.data,
        introspect({ ...operation, document: operation.introspection.document, variableValues: request.variables ?? {} }),
      );
    }
    if (operation.plan && operation.plan.kind !== 'Subscription') await runPlan(operation.plan, execution);
    return this.#respond(operation, execution);
  }

  /** The owner's events, each completed by the other subgraphs; one result when the owner refuses. */
  async subscribe(
    operation: Operation,
    plan: SubscriptionPlan,
    request: GraphRequest,
    identity: Identity,
  ): Promise<EventStream | GraphResult> {
    const variables = admit(operation, request, identity);
    const { subgraph } = plan.primary;
    const event = async (event: SourceResult, signal?: AbortSignal) => {
      const execution = this.#begin(variables, { identity, ...(signal ? { signal } : {}) });
      receiveRoot(plan.primary, event, execution);
      if (!event.data) return { data: null, errors: execution.errors };
      if (plan.rest) await runPlan(plan.rest, execution);
      return this.#respond(operation, execution);
    };
    const breakage = (error: unknown) => this.#broken(error, subgraph, identity);
    try {
      const events = await this.ground.sourceOf(subgraph).subscribe(requestOf(plan.primary, {}, { variables }), identity);
      return Symbol.asyncIterator in events ? new EventStream(events, { event, breakage }) : await event(events);
    } catch (error) {
      return breakage(error);
    }
  }

  #begin(variables: CoercedVariables, { identity, signal }: Caller): Execution {
    return { ground: this.ground, variables, identity, ...(signal ? { signal } : {}), data: {}, errors: [] };
  }

  #respond({ projection }: Operation, { data: delivered, errors, variables, identity }: Execution): GraphResult {
    const { data, faults } = projection.project(delivered, variables);
    const unexplained = faults.filter(({ path }) => !errors.some((error) => concerns(error.path, path!)));
    const all = [...errors, ...unexplained].slice(0, MAX_ERRORS);
    if (all.length === 0) return { data };
    const [first] = all.length > errors.length ? unexplained : [];
    if (first) this.ground.log.error({ path: first.path, more: unexplained.length - 1, requestId: identity.requestId }, first.message);
    return { data, errors: all };
  }

  #broken(error: unknown, subgraph: string, { requestId }: Identity): GraphResult {
    const failure = error instanceof Failure ? error : new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: error });
    if (failure.cause) this.ground.log.error({ err: failure.cause, subgraph, requestId }, 'the stream of a subgraph broke');
    return { data: null, errors: [new GraphQLError(failure.message, { extensions: failure.extensions })] };
  }
}

/** Whether an error explains a missing value: it happened there, above or below. */
function concerns(error: GraphQLError['path'], missing: readonly (string | number)[]): boolean {
  return !error || error.every((step, depth) => depth >= missing.length || missing[depth] === step);
}

function admit(operation: Operation, { variables }: GraphRequest, identity: Identity): CoercedVariables {
  const definitions = operation.operation.variableDefinitions ?? [];
  if (definitions.length === 0 && !operation.weigh) return {};
  const { coerced, errors } = getVariableValues(operation.schema, definitions, variables ?? {}, { maxErrors: MAX_VARIABLE_ERRORS });
  if (errors) throw refuse('BAD_USER_INPUT', errors);
  if (!operation.weigh) return coerced;
  try {
    operation.weigh(coerced, identity);
  } catch (error) {
    throw refuse('QUERY_TOO_COMPLEX', [error]);
  }
  return coerced;
}
