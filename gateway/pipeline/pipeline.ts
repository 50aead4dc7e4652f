import type { DocumentNode } from 'graphql';
import type { Log } from '../../infra/log.ts';
import { Failure } from '../../schema/errors.ts';
import type { Identity, Viewer } from '../../schema/viewer.ts';
import type { Caller } from '../auth/caller.ts';
import { checkVariables } from '../limits/characters.ts';
import type { GatewaySurface } from '../gateway.ts';
import { chooseOperation, Inspector, isIntrospection, type InspectedOperation } from '../limits/inspection.ts';
import { parseFailure } from '../limits/parse-failure.ts';
import { errorCodeOf, toWire, type WireError } from '../../infra/http/graphql-error.ts';
import type { GraphRequest, GraphResult } from '../execution/request.ts';
import type { CostLimiter } from '../limits/cost-limiter.ts';
import type { Throttle } from '../limits/throttle.ts';
import type { OperationTelemetry } from './telemetry.ts';

export type Introspection = 'signed-in' | 'admin' | 'off';

/** What comes out of the door. `data` is absent when nothing ran. */
export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: WireError[];
}

/** An operation that may run, with everything that was found out on the way. */
export interface AdmittedOperation {
  request: GraphRequest;
  document: DocumentNode;
  operation: InspectedOperation;
  identity: Identity;
  /** The trace of the caller that it belongs to. */
  traceparent: string | undefined;
  /** Whether the caller has a session, also where the operation needs none. */
  isSignedIn(): Promise<boolean>;
}

interface PipelineOptions {
  gateway: GatewaySurface;
  costLimiter: CostLimiter;
  throttle: Throttle;
  introspection: Introspection;
  watch: OperationTelemetry;
  log: Log;
}

/** What may be asked before signing in. */
const OPEN_TO_ALL: ReadonlySet<string> = new Set(['signUp', 'signIn', 'refreshSession', 'signUpPolicy', '__typename']);

/**
 * The way of every operation, whether it came by HTTP, by WebSocket or for an event stream: read, who asks,
 * how much is asked, and only then the schema. A stranger learns nothing about the schema on this way.
 */
export class OperationPipeline {
  readonly #inspector = new Inspector();

  constructor(private readonly options: PipelineOptions) {}

  /** Throws a `Failure`, or a GraphQLError for a text that is not GraphQL. */
  async admit(request: GraphRequest, caller: Caller): Promise<AdmittedOperation> {
    try {
      return await this.#admit(request, caller);
    } catch (error) {
      this.options.watch.refused(errorCodeOf(error));
      throw error;
    }
  }

  async #admit(request: GraphRequest, caller: Caller): Promise<AdmittedOperation> {
    const inspection = this.#inspect(request.query);
    const operation = chooseOperation(inspection, request.operationName);
    const viewer = isOpenToAll(operation) ? null : (await caller.authenticate()).viewer;
    if (inspection.refusal) throw inspection.refusal;
    this.#checkIntrospection(operation, viewer);
    checkVariables(request.variables ?? {});
    await this.options.throttle.countAttempts(operation.rootFields, request.variables ?? {}, caller.ip);
    if (viewer) await this.options.throttle.admit(viewer.userId);
    const { requestId, ip, userAgent, traceparent } = caller;
    const identity = { viewer, requestId, ip, ...(userAgent ? { userAgent } : {}) };
    const isSignedIn = async () =>
      viewer !== null ||
      caller.authenticate().then(
        () => true,
        () => false,
      );
    return { request, document: inspection.document, operation, identity, traceparent, isSignedIn };
  }

  /** Runs a query or a mutation. Never rejects. */
  async execute(request: GraphRequest, caller: Caller): Promise<Answer> {
    try {
      const admitted = await this.admit(request, caller);
      if (admitted.operation.node.operation === 'subscription') {
        throw new Failure('BAD_REQUEST', {
          reason: 'Subscriptions are answered over WebSocket at /graphql, or as events at /graphql/stream.',
        });
      }
      return await this.run(admitted);
    } catch (error) {
      return this.refuse(error, caller.requestId);
    }
  }

  /** Runs what was admitted; a query or a mutation. */
  async run(admitted: AdmittedOperation): Promise<Answer> {
    const { request, identity } = admitted;
    return this.options.watch.over(admitted, async () => {
      const result = await this.options.gateway.execute(request, identity);
      if (identity.viewer) await this.options.throttle.charge(identity.viewer.userId, this.options.costLimiter.costOfRun(identity));
      return this.#answer(result, admitted);
    });
  }

  /** Starts what was admitted, a subscription: a stream of answers, or one answer that refuses it. */
  async subscribe(admitted: AdmittedOperation): Promise<AsyncIterableIterator<Answer> | Answer> {
    const { request, identity } = admitted;
    return this.options.watch.over(admitted, async () => {
      const result = await this.options.gateway.subscribe(request, identity);
      if (!(Symbol.asyncIterator in result)) return this.#answer(result, admitted);
      return mapEvents(result, {
        map: (event) => this.#toAnswer(event, identity),
        failed: (error) => this.refuse(error, identity.requestId),
      });
    });
  }

  /** Why an admitted operation does not fit the schema, or its variables do not; null when it may run. */
  async refusalOf(admitted: AdmittedOperation): Promise<WireError[] | null> {
    const refusal = await this.options.gateway.refusalOf(admitted.request, admitted.identity);
    const errors = refusal && (await this.#answer(refusal, admitted)).errors;
    for (const { extensions } of errors ?? []) this.options.watch.refused(extensions.code);
    return errors ?? null;
  }

  refuse(error: unknown, requestId: string): Answer & { errors: WireError[] } {
    return { errors: [toWire(error, requestId, this.options.log)] };
  }

  #inspect(text: string) {
    if (!text.isWellFormed()) throw new Failure('BAD_USER_INPUT', { reason: 'The document is not well-formed Unicode.' });
    try {
      return this.#inspector.inspect(text);
    } catch (error) {
      throw parseFailure(error);
    }
  }

  #checkIntrospection({ rootFields }: InspectedOperation, viewer: Viewer | null): void {
    const { introspection } = this.options;
    const isAllowed = introspection === 'signed-in' || (introspection === 'admin' && viewer?.role === 'ADMIN');
    if (!isAllowed && isIntrospection(rootFields)) {
      throw new Failure('GRAPHQL_VALIDATION_FAILED', { reason: 'Introspection is not available to you here.' });
    }
  }

  /** Messages of validation name types and fields: enough to draw the whole schema with, so strangers do not see them. */
  async #answer(result: GraphResult, { identity, isSignedIn }: AdmittedOperation): Promise<Answer> {
    const answer = this.#toAnswer(result, identity);
    const telling = answer.errors?.filter(({ extensions }) => extensions.code === 'GRAPHQL_VALIDATION_FAILED') ?? [];
    if (telling.length > 0 && !(await isSignedIn())) for (const error of telling) error.message = 'The document does not fit the schema.';
    return answer;
  }

  #toAnswer({ data, errors }: GraphResult, { requestId }: Identity): Answer {
    const wire = errors?.map((error) => toWire(error, requestId, this.options.log));
    return { ...(wire?.length ? { errors: wire } : {}), ...(data === undefined ? {} : { data }) };
  }
}

function isOpenToAll({ rootFields }: InspectedOperation): boolean {
  return rootFields.every(({ name }) => OPEN_TO_ALL.has(name.value));
}

/** `failed` makes the last event of a stream that breaks; a rejection would show its message to the client. */
function mapEvents<From, To>(
  events: AsyncIterableIterator<From>,
  { map, failed }: { map(event: From): To; failed(error: unknown): To },
): AsyncIterableIterator<To> {
  const over: IteratorResult<To> = { done: true, value: undefined };
  let isBroken = false;
  return {
    async next() {
      if (isBroken) return over;
      try {
        const { done, value } = await events.next();
        return done ? over : { done: false, value: map(value) };
      } catch (error) {
        isBroken = true;
        return { done: false, value: failed(error) };
      }
    },
    // An async generator would keep `return` waiting behind a pending `next`; here the end is immediate.
    async return() {
      await events.return?.();
      return over;
    },
    async throw() {
      await events.return?.();
      return over;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
