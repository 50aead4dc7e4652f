import { GraphQLError, getVariableValues } from 'graphql';
import { Failure } from '../../schema/errors.ts';
import type { SourceResult } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { requestOf } from './call-subgraph.ts';
import { EventStream } from './event-stream.ts';
import type { Execution, SupergraphContext } from './execution-context.ts';
import { receiveRoot } from './fetch-root.ts';
import type { DocumentVariant } from './document-variants.ts';
import { introspect } from './introspection.ts';
import type { Operation } from './operations.ts';
import { MAX_ERRORS } from './error-paths.ts';
import { refuse } from './request-error.ts';
import type { CoercedVariables, GraphRequest, GraphResult } from './request.ts';
import type { ResponsePath } from './walk.ts';
import { runPlan } from './run-plan.ts';
import { withoutInput } from '../../infra/http/without-values.ts';

const MAX_VARIABLE_ERRORS = 20;

/** Who asks, and until when. */
export interface Caller {
  identity: Identity;
  signal?: AbortSignal;
}

/** Answers prepared operations out of the subgraphs. */
export class Executor {
  constructor(private readonly context: SupergraphContext) {}

  /** Queries and mutations. Rejects with a `RequestError`, or with a bug. */
  async execute(operation: Operation, request: GraphRequest, caller: Caller): Promise<GraphResult> {
    const variables = admit(operation, request, caller.identity);
    const form = await operation.forms.for(variables);
    const execution = this.#begin(variables, caller);
    if (operation.introspection) {
      Object.assign(
        execution.data,
        introspect({ ...operation, document: operation.introspection, variableValues: request.variables ?? {} }),
      );
    }
    if (form.plan && form.plan.kind !== 'Subscription') await runPlan(form.plan, execution);
    return this.#respond(form, execution);
  }

  /** Rejects with the `RequestError` that `execute` or `subscribe` would, before anybody is asked. */
  async check(operation: Operation, request: GraphRequest, identity: Identity): Promise<void> {
    await operation.forms.for(admit(operation, request, identity));
  }

  /** The owner's events, each completed by the other subgraphs; one result when the owner refuses. */
  async subscribe(operation: Operation, request: GraphRequest, identity: Identity): Promise<EventStream | GraphResult> {
    const variables = admit(operation, request, identity);
    const form = await operation.forms.for(variables);
    const { plan } = form;
    if (plan?.kind !== 'Subscription') throw new Error('a subscription was planned as something else');
    const { subgraph } = plan.primary;
    const event = async (event: SourceResult, signal?: AbortSignal) => {
      const execution = this.#begin(variables, { identity, ...(signal ? { signal } : {}) });
      receiveRoot(plan.primary, event, execution);
      // Of an event without data, the owner's errors say everything.
      if (!event.data) return { ...this.#respond(form, execution), data: null };
      if (plan.rest) await runPlan(plan.rest, execution);
      return this.#respond(form, execution);
    };
    const breakage = (error: unknown) => this.#broken(error, subgraph, identity);
    try {
      const events = await this.context.sourceOf(subgraph).subscribe(requestOf(plan.primary, {}, { variables }), identity);
      return Symbol.asyncIterator in events ? new EventStream(events, { event, breakage }) : await event(events);
    } catch (error) {
      return breakage(error);
    }
  }

  #begin(variables: CoercedVariables, { identity, signal }: Caller): Execution {
    return { context: this.context, variables, identity, ...(signal ? { signal } : {}), data: {}, errors: [] };
  }

  #respond({ projection }: DocumentVariant, { data: delivered, errors, identity }: Execution): GraphResult {
    const { data, faults } = projection.project(delivered);
    const reported = errors.flatMap((error) => seen(error, projection.locate(error.path ?? [], delivered)));
    const unexplained = faults.filter(({ path }) => !reported.some((error) => concerns(error.path, path!)));
    const all = [...reported, ...unexplained].slice(0, MAX_ERRORS);
    if (all.length === 0) return { data };
    const [first] = all.length > reported.length ? unexplained.filter(({ extensions }) => extensions['code'] === 'INTERNAL') : [];
    if (first) this.context.log.error({ path: first.path, more: unexplained.length - 1, requestId: identity.requestId }, first.message);
    return { data, errors: all };
  }

  #broken(error: unknown, subgraph: string, { requestId }: Identity): GraphResult {
    const failure = error instanceof Failure ? error : new Failure('DEPENDENCY_UNAVAILABLE', {}, { cause: error });
    if (failure.cause) this.context.log.error({ err: failure.cause, subgraph, requestId }, 'the stream of a subgraph broke');
    return { data: null, errors: [new GraphQLError(failure.message, { extensions: failure.extensions })] };
  }
}

/** The error as the client may see it: at its places in the response, under the client's own names. */
function seen(error: GraphQLError, places: readonly ResponsePath[]): GraphQLError[] {
  if (!error.path) return [error];
  const { message, extensions } = error;
  return places.map((path) => new GraphQLError(message, { ...(path.length > 0 ? { path } : {}), extensions }));
}

/** Whether an error explains a missing value: it happened there, above or below. */
function concerns(error: GraphQLError['path'], missing: readonly (string | number)[]): boolean {
  return !error || error.every((step, depth) => depth >= missing.length || missing[depth] === step);
}

function admit(operation: Operation, { variables }: GraphRequest, identity: Identity): CoercedVariables {
  const definitions = operation.operation.variableDefinitions ?? [];
  if (definitions.length === 0 && !operation.weigh) return {};
  const { coerced, errors } = getVariableValues(operation.schema, definitions, variables ?? {}, { maxErrors: MAX_VARIABLE_ERRORS });
  if (errors) throw refuse('BAD_USER_INPUT', errors.map(withoutInput));
  if (!operation.weigh) return coerced;
  try {
    operation.weigh(coerced, identity);
  } catch (error) {
    throw refuse('QUERY_TOO_COMPLEX', [error]);
  }
  return coerced;
}
