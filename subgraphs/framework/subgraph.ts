import 'reflect-metadata';
import type { SchemaModule } from '../../infra/database/database.ts';
import type { Ai } from '../../infra/ai/ai.ts';
import type { Bus } from '../../infra/bus/bus.ts';
import type { Files } from '../../infra/files/files.ts';
import type { Graph } from '../../infra/graph/graph.ts';
import type { Limits } from '../../infra/limits/limits.ts';
import type { Log } from '../../infra/log.ts';
import type { Metrics } from '../../infra/metrics/metrics.ts';
import type { Queue, WorkOptions } from '../../infra/queue/queue.ts';
import type { Vectors } from '../../infra/vectors/vectors.ts';
import type { EventHandlers } from '../../schema/events.ts';
import type { SubgraphName } from '../../schema/subgraphs.ts';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Context, JobContext } from './context.ts';
import type { QuotaLimits } from './quota.ts';
import type { AccessTokens, SignedUrls } from '../../infra/tokens/tokens.ts';

/** The ports that a subgraph may use. `create` takes those that it needs; none is connected before the process opens it. */
export interface Ports {
  ai: Ai;
  bus: Bus;
  files: Files;
  graph: Graph;
  limits: Limits;
  log: Log;
  metrics: Metrics;
  queue: Queue;
  signedUrls: SignedUrls;
  tokens: AccessTokens;
  vectors: Vectors;
  values: Values;
  /** Health checks by component, such as `queue` or `vectors`. Each resolves if the component responds. */
  probes: Record<string, () => Promise<unknown>>;
}

/** Settings that a domain needs; values, never the configuration itself. */
export interface Values {
  maxUploadBytes: number;
  /** Enables OCR of scanned pages. */
  ocr: boolean;
  /** Duration of a run's lease, after which another worker may claim the run. */
  runLeaseMs: number;
  /** Maximum of concurrent runs in this process. */
  runsPerWorker: number;
  /** Maximum of concurrent runs per person, over all processes. */
  runsPerPerson: number;
  /** Maximum of queued and active runs per person; more are rejected. */
  runsWaitingPerPerson: number;
  /** Limits per person. */
  quotas: QuotaLimits;
  /** Private hosts that `fetch_page` may read; for tests and intranets. */
  allowedPrivateHosts: string[];
  /** The sign-up policy. */
  signUp: { mode: 'open' | 'invited' | 'closed'; domains: string[] };
  /** Failed sign-ins of one account before further attempts are delayed. */
  freeSignIns: number;
  version: string;
}

/** The definition of a subgraph: its tables, and a factory of its resolvers, jobs and event handlers. */
export interface Subgraph<S extends SubgraphName = SubgraphName> extends SchemaModule {
  name: S;
  create(ports: Ports): Parts<S>;
  /** Called after its tables were restored from a backup: deletes references to data that is not backed up. */
  restored?(em: SqlEntityManager): Promise<void>;
}

export interface Parts<S extends SubgraphName = SubgraphName> {
  /** Each resolver class with its instance; the schema has only these. */
  resolvers: Map<Function, object>;
  /** Object types that no field names, such as the implementations of an interface. */
  orphanedTypes?: Function[];
  /** `__resolveReference` of each entity; checks access again and throws `NOT_FOUND` for objects of others. */
  references: Record<string, (reference: any, context: Context) => Promise<unknown>>;
  jobs?: Record<string, Job>;
  on: EventHandlers<S, JobContext>;
  /** Starts what its resolvers need, in every process that serves it. Returns a stop function. */
  open?(): () => void;
  /** Starts background tasks, in every process that runs jobs. Returns a stop function. */
  start?(fork: () => SqlEntityManager): Promise<() => Promise<void>>;
}

export interface Job {
  run(data: any, context: JobContext): Promise<void>;
  options?: WorkOptions;
}
