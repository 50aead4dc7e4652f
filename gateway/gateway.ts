import './server/apollo-reporting.ts';
import { ApolloGateway } from '@apollo/gateway';
import type {
  GatewayGraphQLRequestContext,
  GatewayInterface,
  GatewayLoadResult,
  GatewaySchemaLoadOrUpdateCallback,
  GatewayUnsubscriber,
} from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Graph } from '../infra/graph/graph.ts';
import type { Log } from '../infra/log.ts';
import { Failure } from '../schema/errors.ts';
import type { Source } from '../schema/source.ts';
import type { Identity } from '../schema/viewer.ts';
import { Documents, prepare } from './execution/prepared-document.ts';
import { toResult } from './execution/request-error.ts';
import { Planning } from './planning/planning.ts';
import type { PlannerName } from './planning/planner.ts';
import type { Admission, GraphRequest, GraphResult, PreparedRequest } from './execution/request.ts';
import { sourceNamed, Supergraph } from './execution/supergraph.ts';

export interface GatewayOptions {
  supergraphSdl: string;
  /** By subgraph name. */
  sources: ReadonlyMap<string, Source>;
  plannerName: PlannerName;
  /** Shares a planning process between several graphs. Default: a new one that starts with `plannerName`. */
  planning?: Planning;
  log: Log;
  /** Applies to `execute` and `subscribe`. Internal calls by `ask` are exempt. */
  admission?: Admission;
}

/** The public interface of a gateway, without its private fields, so that it can be decorated. */
export type GatewaySurface = Pick<Gateway, keyof Gateway>;

/** The context value that Apollo Server must be given. */
export interface GatewayContext {
  identity: Identity;
  signal?: AbortSignal;
}

const CANCELLED: GraphResult = {
  errors: [new GraphQLError('The request was cancelled.', { extensions: { code: 'BAD_REQUEST', retryable: false } })],
};

/**
 * Serves the federated graph. An `ApolloGateway` loads, validates and replaces the supergraph; query plans are executed
 * here, because it rejects subscriptions. Call `load()` before the first request.
 */
export class Gateway implements GatewayInterface, Graph {
  readonly #options: GatewayOptions;
  readonly #listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  readonly #planning: Planning;
  readonly #documents: Documents;
  #loading: Promise<ApolloGateway> | undefined;
  #replace: ((supergraphSdl: string) => void) | undefined;
  #supergraph: Supergraph | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#documents = new Documents(options.admission?.maxTokens);
    this.#planning = options.planning ?? new Planning(options.plannerName, options.log);
  }

  /** The public schema, without `@inaccessible` elements. */
  get schema(): GraphQLSchema {
    return this.#current.schema;
  }

  get supergraphSdl(): string {
    return this.#current.sdl;
  }

  /** Returns a subgraph directly, for internal fields that are not in the public schema. */
  sourceOf(name: string): Source {
    return sourceNamed(name, this.#options.sources);
  }

  /** Parses the document and chooses the operation. Throws a `Failure`, or a GraphQLError for a syntax error. */
  prepare(request: GraphRequest): PreparedRequest {
    return prepare(request, this.#documents);
  }

  /** Executes a query or mutation. Never rejects. `signal` prevents further fetches. */
  async execute(request: GraphRequest | PreparedRequest, identity: Identity, signal?: AbortSignal): Promise<GraphResult> {
    try {
      const { operations, executor } = this.#current;
      const prepared = this.#prepared(request);
      const operation = operations.get(prepared);
      if (operation.operation.operation === 'subscription')
        throw new Failure('BAD_REQUEST', { reason: 'Use a WebSocket or an event stream for subscriptions.' });
      return await executor.execute(operation, prepared, { identity, ...(signal ? { signal } : {}) });
    } catch (error) {
      return signal?.aborted ? CANCELLED : toResult(error, this.#options.log, identity);
    }
  }

  /**
   * Subscribes, or returns a single result for other operations and request errors. `return()` ends the stream at once,
   * even while a `next()` is pending. A stream keeps the supergraph that it was started with.
   */
  async subscribe(request: GraphRequest | PreparedRequest, identity: Identity): Promise<AsyncIterableIterator<GraphResult> | GraphResult> {
    try {
      const { operations, executor } = this.#current;
      const prepared = this.#prepared(request);
      const operation = operations.get(prepared);
      if (operation.operation.operation !== 'subscription') return await executor.execute(operation, prepared, { identity });
      return await executor.subscribe(operation, prepared, identity);
    } catch (error) {
      return toResult(error, this.#options.log, identity);
    }
  }

  /** Returns the request errors of `execute` or `subscribe` without calling a subgraph; undefined for a valid request. */
  async validate(request: PreparedRequest, identity: Identity): Promise<GraphResult | undefined> {
    try {
      const { operations, executor } = this.#current;
      await executor.validate(operations.get(request), request, identity);
      return undefined;
    } catch (error) {
      return toResult(error, this.#options.log, identity);
    }
  }

  /** Executes an internal query of a subgraph. Throws the first error as the `Failure` of its code. */
  async ask<Data>(query: string, variables: Record<string, unknown>, identity: Identity): Promise<Data> {
    return this.#current.ask<Data>(query, variables, identity);
  }

  /** Idempotent. Apollo Server passes options, which are ignored. */
  async load(_options?: unknown): Promise<GatewayLoadResult> {
    this.#loading ??= this.#open();
    await this.#loading;
    return { executor: (context) => this.#executeFor(context) };
  }

  /** Replaces the supergraph; if it is invalid, throws and keeps the old one. */
  reload(supergraphSdl: string): void {
    if (!this.#replace) throw new Error('the gateway is not loaded');
    if (supergraphSdl !== this.#current.sdl) this.#replace(supergraphSdl);
  }

  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): GatewayUnsubscriber {
    this.#listeners.add(callback);
    if (this.#supergraph) callback({ apiSchema: this.#supergraph.schema, coreSupergraphSdl: this.#supergraph.sdl });
    return () => void this.#listeners.delete(callback);
  }

  async stop(): Promise<void> {
    const apollo = await this.#loading;
    this.#loading = undefined;
    await apollo?.stop();
    this.#planning.close();
  }

  #prepared(request: GraphRequest | PreparedRequest): PreparedRequest {
    return 'document' in request ? request : this.prepare(request);
  }

  get #current(): Supergraph {
    if (!this.#supergraph) throw new Error('the gateway is not loaded');
    return this.#supergraph;
  }

  async #open(): Promise<ApolloGateway> {
    const { log, supergraphSdl } = this.#options;
    const apollo = new ApolloGateway({
      logger: { debug() {}, info() {}, warn: (message) => log.warn(message), error: (message) => log.error(message) },
      // Never called: requests are sent by our executor.
      buildService: ({ name }) => ({ process: () => Promise.reject(new Error(`${name} must be called by its source`)) }),
      supergraphSdl: async ({ update }) => {
        this.#replace = (replacement) => {
          update(replacement);
          // Apollo's gateway logs exceptions of listeners instead of throwing them.
          if (this.#supergraph?.sdl !== replacement) throw new Error('the supergraph was not replaced');
        };
        return { supergraphSdl };
      },
    });
    apollo.onSchemaLoadOrUpdate((context) => {
      this.#supergraph = new Supergraph(context.coreSupergraphSdl, context.apiSchema, this.#planning, {
        ...this.#options,
        documents: this.#documents,
      });
      for (const listener of this.#listeners) listener(context);
    });
    await apollo.load();
    if (!this.#supergraph) throw new Error('the supergraph was not loaded');
    return apollo;
  }

  #executeFor({ source, operationName, request, context }: GatewayGraphQLRequestContext): Promise<GraphResult> {
    const { identity, signal } = context as GatewayContext;
    return this.execute({ query: source, operationName, variables: request.variables ?? {} }, identity, signal);
  }
}
