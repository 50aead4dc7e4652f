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
import { toResult } from './execution/request-error.ts';
import { Planning } from './planning/planning.ts';
import type { PlannerName } from './planning/planner.ts';
import type { Admission, GraphRequest, GraphResult } from './execution/request.ts';
import { sourceNamed, Supergraph } from './execution/supergraph.ts';

export interface GatewayOptions {
  supergraphSdl: string;
  /** By the names of the subgraphs. */
  sources: ReadonlyMap<string, Source>;
  plannerName: PlannerName;
  /** Where plans are made, when several graphs share it; else one of its own, by the planner of that name. */
  planning?: Planning;
  log: Log;
  /** What applies to `execute` and `subscribe`; `ask` is the platform's own and passes without. */
  admission?: Admission;
}

/** Everything public of a gateway. */
export type GatewaySurface = Pick<Gateway, keyof Gateway>;

/** What Apollo Server must be given as its context. */
export interface GatewayContext {
  identity: Identity;
  signal?: AbortSignal;
}

/** Nobody reads it any more. */
const CANCELLED: GraphResult = {
  errors: [new GraphQLError('The request was cancelled.', { extensions: { code: 'BAD_REQUEST', retryable: false } })],
};

/**
 * The graph. An `ApolloGateway` loads, checks and replaces the supergraph; plans are run here, those of subscriptions
 * included, which it refuses. `new Gateway(options)` remembers; `load()` makes it answer.
 */
export class Gateway implements GatewayInterface, Graph {
  readonly #options: GatewayOptions;
  readonly #listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  readonly #planning: Planning;
  #loading: Promise<ApolloGateway> | undefined;
  #replace: ((supergraphSdl: string) => void) | undefined;
  #supergraph: Supergraph | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#planning = options.planning ?? new Planning(options.plannerName, options.log);
  }

  /** The public schema, without what is `@inaccessible`. */
  get schema(): GraphQLSchema {
    return this.#current.schema;
  }

  get supergraphSdl(): string {
    return this.#current.sdl;
  }

  /** One subgraph itself, for the platform's own fields that are not in the public schema. */
  sourceOf(name: string): Source {
    return sourceNamed(name, this.#options.sources);
  }

  /** Queries and mutations. Never rejects. `signal` stops further fetches. */
  async execute(request: GraphRequest, identity: Identity, signal?: AbortSignal): Promise<GraphResult> {
    try {
      const { operations, executor } = this.#current;
      const operation = operations.get(request);
      if (operation.operation.operation === 'subscription')
        throw new Failure('BAD_REQUEST', { reason: 'Ask for subscriptions over a socket or an event stream.' });
      return await executor.execute(operation, request, { identity, ...(signal ? { signal } : {}) });
    } catch (error) {
      return signal?.aborted ? CANCELLED : toResult(error, this.#options.log, identity);
    }
  }

  /**
   * The events of a subscription; one result for anything else and for a refusal. `return()` ends the stream at once,
   * also while an event is awaited. A stream lives with the supergraph it began with.
   */
  async subscribe(request: GraphRequest, identity: Identity): Promise<AsyncIterableIterator<GraphResult> | GraphResult> {
    try {
      const { operations, executor } = this.#current;
      const operation = operations.get(request);
      if (operation.operation.operation !== 'subscription') return await executor.execute(operation, request, { identity });
      return await executor.subscribe(operation, request, identity);
    } catch (error) {
      return toResult(error, this.#options.log, identity);
    }
  }

  /** Why `execute` or `subscribe` would refuse the request before it asks anybody; undefined where they would not. */
  async refusalOf(request: GraphRequest, identity: Identity): Promise<GraphResult | undefined> {
    try {
      const { operations, executor } = this.#current;
      await executor.check(operations.get(request), request, identity);
      return undefined;
    } catch (error) {
      return toResult(error, this.#options.log, identity);
    }
  }

  /** A subgraph's question to the graph; any error is thrown as the `Failure` of its code. */
  async ask<Data = any>(query: string, variables: Record<string, unknown>, identity: Identity): Promise<Data> {
    return this.#current.ask<Data>(query, variables, identity);
  }

  /** Idempotent. Apollo Server calls it with its own options; who has no Apollo Server passes none. */
  async load(_options?: unknown): Promise<GatewayLoadResult> {
    this.#loading ??= this.#open();
    await this.#loading;
    return { executor: (context) => this.#executeFor(context) };
  }

  /** Takes a new supergraph, or throws and keeps the old one. */
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

  get #current(): Supergraph {
    if (!this.#supergraph) throw new Error('the gateway is not loaded');
    return this.#supergraph;
  }

  async #open(): Promise<ApolloGateway> {
    const { log, supergraphSdl } = this.#options;
    const apollo = new ApolloGateway({
      logger: { debug() {}, info() {}, warn: (message) => log.warn(message), error: (message) => log.error(message) },
      // Nothing is sent on its roads.
      buildService: ({ name }) => ({ process: () => Promise.reject(new Error(`${name} is not asked this way`)) }),
      supergraphSdl: async ({ update }) => {
        this.#replace = (replacement) => {
          update(replacement);
          // What a listener throws, Apollo's gateway keeps to its log.
          if (this.#supergraph?.sdl !== replacement) throw new Error('the supergraph was not taken');
        };
        return { supergraphSdl };
      },
    });
    apollo.onSchemaLoadOrUpdate((context) => {
      this.#supergraph = new Supergraph(context.coreSupergraphSdl, context.apiSchema, this.#planning, this.#options);
      for (const listener of this.#listeners) listener(context);
    });
    await apollo.load();
    if (!this.#supergraph) throw new Error('the supergraph was not taken');
    return apollo;
  }

  #executeFor({ source, operationName, request, context }: GatewayGraphQLRequestContext): Promise<GraphResult> {
    const { identity, signal } = context as GatewayContext;
    return this.execute({ query: source, operationName, variables: request.variables ?? {} }, identity, signal);
  }
}
