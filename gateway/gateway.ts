import './telemetry.ts';
import type { GraphQLSchema } from 'graphql';
import type {
  GatewayInterface,
  GatewayLoadResult,
  GatewaySchemaLoadOrUpdateCallback,
  GatewayUnsubscriber,
} from '@apollo/server-gateway-interface';
import type { Graph } from '../infra/graph/graph.ts';
import type { Log } from '../infra/log.ts';
import type { SubgraphName } from '../schema/facts.ts';
import type { Source } from '../schema/source.ts';
import type { Identity } from '../schema/viewer.ts';
import type { Admission, GraphRequest, GraphResult, ParsedOperation } from './request.ts';

export interface GatewayOptions {
  supergraphSdl: string;
  sources: ReadonlyMap<SubgraphName, Source>;
  plannerName: 'hive' | 'apollo';
  log: Log;
  /** What applies to `execute`, `subscribe` and `parse`; `ask` is the platform's own and passes without. */
  admission?: Admission;
}

/** What the door and the ports may rely on. `new Gateway(options)` remembers; `load()` makes it answer. */
export interface GatewaySurface extends GatewayInterface, Graph {
  /** Idempotent. Apollo Server calls it with its own options; without Apollo Server call it with none. */
  load(options?: unknown): Promise<GatewayLoadResult>;
  /** Takes a new supergraph or throws and keeps the old one. Running streams end with the one they began with. */
  reload(supergraphSdl: string): void;
  onSchemaLoadOrUpdate(callback: GatewaySchemaLoadOrUpdateCallback): GatewayUnsubscriber;

  /** The public schema, without what is `@inaccessible`. */
  readonly schema: GraphQLSchema;
  readonly supergraphSdl: string;

  /** The parsed and validated operation, or why it is refused; for a socket that must know what is asked. */
  parse(request: GraphRequest): ParsedOperation | { errors: GraphResult['errors'] };
  /** Queries and mutations. Never rejects. `signal` stops further fetches. */
  execute(request: GraphRequest, identity: Identity, signal?: AbortSignal): Promise<GraphResult>;
  /** A stream of events for a subscription; one result for anything else and for a refusal. `return()` ends at once. */
  subscribe(request: GraphRequest, identity: Identity): Promise<AsyncIterableIterator<GraphResult> | GraphResult>;
  /** One subgraph itself, for the platform's own fields that are not in the public schema. */
  sourceOf(name: SubgraphName): Source;
}
