import type { FieldNode } from 'graphql';
import { mapStream, type PullStream } from '../../infra/async/iterators.ts';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Identity, Viewer } from '../../schema/viewer.ts';
import type { Caller } from '../auth/caller.ts';
import { checkVariables } from '../limits/characters.ts';
import type { GatewaySurface } from '../gateway.ts';
import { inspect, isIntrospection } from '../limits/inspection.ts';
import { failureOf, toWire, type WireError } from '../../infra/http/graphql-error.ts';
import type { GraphRequest, GraphResult, PreparedRequest } from '../execution/request.ts';
import type { CostLimiter } from '../limits/cost-limiter.ts';
import type { Throttle } from '../limits/throttle.ts';
import type { OperationTelemetry } from './telemetry.ts';

export type Introspection = 'signed-in' | 'admin' | 'off';

/** The response of an operation. `data` is absent if nothing was executed. */
export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: WireError[];
}

/** An operation that passed all checks before validation. */
export interface AdmittedOperation {
  request: PreparedRequest;
  identity: Identity;
  /** W3C Trace Context of the request. */
  traceparent: string | undefined;
  /** Authenticates the caller even if the operation needs no session. */
  isSignedIn(): Promise<boolean>;
}

interface PipelineOptions {
  gateway: GatewaySurface;
  costLimiter: CostLimiter;
  throttle: Throttle;
  introspection: Introspection;
  telemetry: OperationTelemetry;
  log: Log;
}

/** Root fields that need no session. */
const PUBLIC_FIELDS: ReadonlySet<string> = new Set(['signUp', 'signIn', 'refreshSession', 'signUpPolicy', '__typename']);

/**
 * Runs every operation of HTTP, WebSocket and server-sent events through the same steps: parse, authenticate, check limits,
 * validate, execute. Validation comes after authentication, so anonymous callers learn nothing about the schema.
 */
export class OperationPipeline {
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Throws a `Failure`, or a GraphQLError for a syntax error. */
  async admit(request: GraphRequest, caller: Caller): Promise<AdmittedOperation> {
    try {
      return await this.#admit(request, caller);
    } catch (error) {
      this.#options.telemetry.rejected(failureOf(error)?.code ?? 'INTERNAL');
      throw error;
    }
  }

  async #admit(request: GraphRequest, caller: Caller): Promise<AdmittedOperation> {
    if (!request.query.isWellFormed()) throw new Failure('BAD_USER_INPUT', { reason: 'The document is not well-formed Unicode.' });
    const prepared = this.#options.gateway.prepare(request);
    const inspection = inspect(prepared.document);
    const rootFields = inspection.rootFields.get(prepared.operation) ?? [];
    const viewer = isPublic(rootFields) ? null : (await caller.authenticate()).viewer;
    if (inspection.error) throw inspection.error;
    this.#checkIntrospection(rootFields, viewer);
    checkVariables(request.variables ?? {});
    await this.#options.throttle.countAttempts(rootFields, request.variables ?? {}, caller.ip);
    if (viewer) await this.#options.throttle.admit(viewer.userId);
    const { requestId, ip, userAgent, traceparent } = caller;
    const identity = { viewer, requestId, ip, ...(userAgent ? { userAgent } : {}) };
    const isSignedIn = async () =>
      viewer !== null ||
      caller.authenticate().then(
        () => true,
        () => false,
      );
    return { request: prepared, identity, traceparent, isSignedIn };
  }

  /** Admits and executes a query or mutation. Never rejects. */
  async execute(request: GraphRequest, caller: Caller): Promise<Answer> {
    try {
      const admitted = await this.admit(request, caller);
      if (admitted.request.operation.operation === 'subscription') {
        throw new Failure('BAD_REQUEST', {
          reason: 'Subscriptions are available over WebSocket at /graphql, or as server-sent events at /graphql/stream.',
        });
      }
      return await this.run(admitted);
    } catch (error) {
      return this.toErrorAnswer(error, caller.requestId);
    }
  }

  /** Executes an admitted query or mutation. */
  async run(admitted: AdmittedOperation): Promise<Answer> {
    const { request, identity } = admitted;
    return this.#options.telemetry.record(admitted, async () => {
      const result = await this.#options.gateway.execute(request, identity);
      if (identity.viewer) await this.#options.throttle.charge(identity.viewer.userId, this.#options.costLimiter.costOfRun(identity));
      return this.#answer(result, admitted);
    });
  }

  /** Starts an admitted subscription: returns a stream of answers, or one answer with its request errors. */
  async subscribe(admitted: AdmittedOperation): Promise<PullStream<Answer> | Answer> {
    const { request, identity } = admitted;
    return this.#options.telemetry.record(admitted, async () => {
      const result = await this.#options.gateway.subscribe(request, identity);
      if (!(Symbol.asyncIterator in result)) return this.#answer(result, admitted);
      return mapStream<GraphResult, Answer>(
        result,
        (event) => this.#toAnswer(event, identity),
        // A rejection would show its message to the client.
        (error) => this.toErrorAnswer(error, identity.requestId),
      );
    });
  }

  /** Returns the errors of an admitted operation or its variables against the schema; null if it is valid. */
  async validate(admitted: AdmittedOperation): Promise<WireError[] | null> {
    const result = await this.#options.gateway.validate(admitted.request, admitted.identity);
    const errors = result && (await this.#answer(result, admitted)).errors;
    for (const { extensions } of errors ?? []) this.#options.telemetry.rejected(extensions.code);
    return errors ?? null;
  }

  toErrorAnswer(error: unknown, requestId: string): Answer & { errors: WireError[] } {
    return { errors: [toWire(error, requestId, this.#options.log)] };
  }

  #checkIntrospection(rootFields: readonly FieldNode[], viewer: Viewer | null): void {
    const { introspection } = this.#options;
    const isAllowed = introspection === 'signed-in' || (introspection === 'admin' && viewer?.role === 'ADMIN');
    if (!isAllowed && isIntrospection(rootFields)) {
      throw new Failure('GRAPHQL_VALIDATION_FAILED', { reason: 'Introspection is not available to you here.' });
    }
  }

  /** Hides validation messages from anonymous callers: they name types and fields, which reveals the schema. */
  async #answer(result: GraphResult, { identity, isSignedIn }: AdmittedOperation): Promise<Answer> {
    const answer = this.#toAnswer(result, identity);
    const revealing = answer.errors?.filter(({ extensions }) => extensions.code === 'GRAPHQL_VALIDATION_FAILED') ?? [];
    if (revealing.length > 0 && !(await isSignedIn()))
      for (const error of revealing) error.message = 'The document is not valid for the schema.';
    return answer;
  }

  #toAnswer({ data, errors }: GraphResult, { requestId }: Identity): Answer {
    const wire = errors?.map((error) => toWire(error, requestId, this.#options.log));
    return { ...(wire?.length ? { errors: wire } : {}), ...(data === undefined ? {} : { data }) };
  }
}

function isPublic(rootFields: readonly FieldNode[]): boolean {
  return rootFields.every(({ name }) => PUBLIC_FIELDS.has(name.value));
}
