import { GraphQLError, getVariableValues } from 'graphql';
import { mapStream } from '../../infra/async/iterators.ts';
import type { SourceResult } from '../../schema/source.ts';
import type { Identity } from '../../schema/viewer.ts';
import { requestOf, sourceFailure } from './call-subgraph.ts';
import type { Execution, SupergraphContext } from './execution-context.ts';
import { receiveRoot } from './fetch-root.ts';
import type { DocumentVariant } from './document-variants.ts';
import { introspect } from './introspection.ts';
import type { Operation } from './operations.ts';
import { MAX_ERRORS } from './error-paths.ts';
import { requestError } from './request-error.ts';
import type { CoercedVariables, GraphResult, PreparedRequest } from './request.ts';
import type { ResponsePath } from './walk.ts';
import { runPlan } from './run-plan.ts';
import { withoutInput } from '../../infra/http/without-values.ts';

const MAX_VARIABLE_ERRORS = 20;

/** The caller of an operation, with its cancellation signal. */
export interface Caller {
  identity: Identity;
  signal?: AbortSignal;
}

/** Executes prepared operations by calling the subgraphs. */
export class Executor {
  readonly #context: SupergraphContext;

  constructor(context: SupergraphContext) {
    this.#context = context;
  }

  /** Executes a query or mutation. Rejects with a `RequestError`; any other rejection is a bug. */
  async execute(operation: Operation, request: PreparedRequest, caller: Caller): Promise<GraphResult> {
    const variables = admit(operation, request, caller.identity);
    const variant = await operation.variants.for(variables);
    const execution = this.#begin(variables, caller);
    if (operation.introspection) {
      Object.assign(
        execution.data,
        introspect({ ...operation, document: operation.introspection, variableValues: request.variables ?? {} }),
      );
    }
    if (variant.plan && variant.plan.kind !== 'Subscription') await runPlan(variant.plan, execution);
    return this.#respond(variant, execution);
  }

  /** Rejects with the `RequestError` of `execute` or `subscribe`, without calling a subgraph. */
  async validate(operation: Operation, request: PreparedRequest, identity: Identity): Promise<void> {
    await operation.variants.for(admit(operation, request, identity));
  }

  /** Subscribes at the owning subgraph and completes each event; returns a single result if the subgraph rejects. */
  async subscribe(
    operation: Operation,
    request: PreparedRequest,
    identity: Identity,
  ): Promise<AsyncIterableIterator<GraphResult> | GraphResult> {
    const variables = admit(operation, request, identity);
    const variant = await operation.variants.for(variables);
    const { plan } = variant;
    if (plan?.kind !== 'Subscription') throw new Error('a subscription was planned as something else');
    const { subgraph } = plan.primary;
    const event = async (event: SourceResult, signal?: AbortSignal) => {
      const execution = this.#begin(variables, { identity, ...(signal ? { signal } : {}) });
      receiveRoot(plan.primary, event, execution);
      // For an event without data, the errors of the owning subgraph are complete.
      if (!event.data) return { ...this.#respond(variant, execution), data: null };
      if (plan.rest) await runPlan(plan.rest, execution);
      return this.#respond(variant, execution);
    };
    const failed = (error: unknown) => {
      const { message, extensions } = sourceFailure(
        error,
        { context: this.#context, identity },
        subgraph,
        'the stream of a subgraph broke',
      );
      return { data: null, errors: [new GraphQLError(message, { extensions })] };
    };
    try {
      const events = await this.#context.sourceOf(subgraph).subscribe(requestOf(plan.primary, {}, { variables }), identity);
      return Symbol.asyncIterator in events ? mapStream(events, event, failed) : await event(events);
    } catch (error) {
      return failed(error);
    }
  }

  #begin(variables: CoercedVariables, { identity, signal }: Caller): Execution {
    return { context: this.#context, variables, identity, ...(signal ? { signal } : {}), data: {}, errors: [] };
  }

  #respond({ projection }: DocumentVariant, { data: delivered, errors, identity }: Execution): GraphResult {
    const { data, errors: incomplete } = projection.project(delivered);
    const reported = errors.flatMap((error) => toClientErrors(error, projection.locate(error.path ?? [], delivered)));
    const unexplained = incomplete.filter(({ path }) => !reported.some((error) => concerns(error.path, path!)));
    const all = [...reported, ...unexplained].slice(0, MAX_ERRORS);
    if (all.length === 0) return { data };
    const [first] = all.length > reported.length ? unexplained.filter(({ extensions }) => extensions['code'] === 'INTERNAL') : [];
    if (first) this.#context.log.error({ path: first.path, more: unexplained.length - 1, requestId: identity.requestId }, first.message);
    return { data, errors: all };
  }
}

/** Repeats an error at each of its response paths, with the names of the client. */
function toClientErrors(error: GraphQLError, paths: readonly ResponsePath[]): GraphQLError[] {
  if (!error.path) return [error];
  const { message, extensions } = error;
  return paths.map((path) => new GraphQLError(message, { ...(path.length > 0 ? { path } : {}), extensions }));
}

/** Returns whether an error explains a missing value: its path is the same, a parent or a child. */
function concerns(error: GraphQLError['path'], missing: readonly (string | number)[]): boolean {
  return !error || error.every((step, depth) => depth >= missing.length || missing[depth] === step);
}

function admit(operation: Operation, { variables }: PreparedRequest, identity: Identity): CoercedVariables {
  const definitions = operation.operation.variableDefinitions ?? [];
  if (definitions.length === 0 && !operation.measure) return {};
  const { coerced, errors } = getVariableValues(operation.schema, definitions, variables ?? {}, { maxErrors: MAX_VARIABLE_ERRORS });
  if (errors) throw requestError('BAD_USER_INPUT', errors.map(withoutInput));
  if (!operation.measure) return coerced;
  try {
    operation.measure(coerced, identity);
  } catch (error) {
    throw requestError('QUERY_TOO_COMPLEX', [error]);
  }
  return coerced;
}
